// How well claims that are left out of a fit are predicted by those that stay in it.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

// A claim that is left out of its fit, and what the others, each within its tolerance, and the bounds of the
// parameters leave of its prediction.
struct LeftOut {
  Claim claim;
  double lo;
  double hi;
  int failed_places;  // of the parameters, that were passed over since a run ended early there: it stalled
};

// For each claim of the fit in turn: its smallest and its largest prediction. Only claims that hang together with it
// through parameters hold it. Searched are the parameters that claims share (NLopt's COBYLA), or all where none is
// shared. Beside shared ones, one of a single claim takes both of its bounds, and that claim holds the others where its
// tolerance lies between what it becomes with these. An inner estimate: the search may stop short of the ends, and a claim
// may have its extremes within such bounds. Throws nlopt::forced_stop if it is interrupted.
std::vector<LeftOut> leave_one_out(const FitProblem& problem, std::size_t replications, const Pool& pool);

}  // namespace ktlssim
