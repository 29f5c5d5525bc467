// CPU time as folded stacks, the input of flame graph tools.
#pragma once

#include <string>

#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

// A line "class;thread;function nanoseconds" for each, over the measured time of all replications that are
// done. The numbers add up to the busy time of all CPUs, exactly.
std::string folded_stacks(const Experiment& experiment);

}  // namespace ktlssim
