// Named random streams: every source of randomness has its own, so that variants of a scenario share random
// numbers.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <string_view>

namespace ktlssim {

class Kernel;

// Depends on the scenario's seed, the replication and the name, and on nothing else.
boost::random::mt19937_64 random_stream(const Kernel& k, std::string_view name);

}  // namespace ktlssim
