// CPU time as folded stacks, the input of flame graph tools.
#pragma once

#include <string>

#include "sim/machine/call_profile.hpp"

namespace ktlssim {

// A line "class;thread;function;...;function nanoseconds" for each chain of calls. The numbers add up to the busy time of
// all CPUs, exactly.
std::string folded_stacks(const CallProfile::Stacks& stacks);

// "class;thread;...;function nanoseconds-of-a nanoseconds-of-b" for each chain that either has: what difffolded.pl of the
// FlameGraph tools writes.
std::string folded_difference(const CallProfile::Stacks& a, const CallProfile::Stacks& b);

}  // namespace ktlssim
