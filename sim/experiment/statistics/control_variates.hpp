// Control variates: what is known to be zero on average, and tells how lucky a replication was.
//
// The mean of the values is that of a linear regression at controls of zero (Lavenberg and Welch, Management Science 27, 1981).
// Its interval supposes neither that the regression is right nor that values vary alike everywhere: each residual counts as if
// its value had been left out (HC3; MacKinnon and White, Journal of Econometrics 29, 1985). Replications stay independent and as they are. Which controls are used hangs on
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
