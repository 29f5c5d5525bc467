// Named random streams: every source of randomness has its own, so that variants of a scenario share random
// numbers.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <string_view>

#include "models/service_law.hpp"
#include "models/units.hpp"

namespace ktlssim {

// Depends on these three and on nothing else.
boost::random::mt19937_64 random_stream(std::uint64_t seed, std::uint64_t replication, std::string_view name);

// A time of this law and mean; draws nothing where the law is constant or the mean zero.
Time draw(ServiceLaw law, Time mean, boost::random::mt19937_64& random);

}  // namespace ktlssim
