// Control variates: what is known to be zero on average, and tells how lucky a replication was.
//
// The mean of the values is that of a linear regression at controls of zero, and its interval the regression's (Lavenberg
// and Welch, Management Science 27, 1981). Replications stay independent and as they are. Which controls are used hangs on
// the controls alone, never on the values, so that intervals keep their coverage.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

// `controls`: of each value. Controls that are the same in all replications, or sums of others, are left out; without any, or with too few
// replications for them, it is the plain estimate.
Estimate controlled_estimate(const Estimate& plain, std::span<const double> values,
                             const std::vector<std::vector<double>>& controls);

}  // namespace ktlssim
