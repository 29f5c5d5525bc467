// `compare` of two directories of sweeps: each point is a pair of experiments, matched by its settings.
#pragma once

#include "sim/cli/options.hpp"

namespace ktlssim {

// The exit status. Throws UsageError where the operands are not two sweeps, or an option would change them.
int compare_sweeps(const Values& values, const Texts& metrics);

}  // namespace ktlssim
