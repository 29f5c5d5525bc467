// Named random streams: every source of randomness has its own, so that variants of a scenario share random
// numbers.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <string_view>

#include "models/service_law.hpp"
#include "models/units.hpp"

namespace ktlssim {

class Kernel;

// Depends on the scenario's seed, the replication and the name, and on nothing else.
boost::random::mt19937_64 random_stream(const Kernel& k, std::string_view name);

// A time of this law and mean; draws nothing where the law is constant or the mean zero.
Time draw(ServiceLaw law, Time mean, boost::random::mt19937_64& random);

}  // namespace ktlssim
