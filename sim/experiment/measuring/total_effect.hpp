// Total effects over the priors: the part of an answer's variance that would be left if all values but one were known
// (Jansen, Computer Physics Communications 117, 1999; Saltelli et al., 2010).
//
// Values that share a cause are one, and counts are drawn as whole numbers. What the dice do is estimated the same way, by
// another replication on the same machine: a total effect below it is none.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/run/variant_runs.hpp"

namespace ktlssim {

struct TotalEffect {
  std::string pointer;  // of the first of the values that are drawn as one; "dice"
  std::string profile;
  double part;  // of the variance
  double lo;    // 95 %
  double hi;
};

struct TotalEffects {
  std::vector<TotalEffect> effects;  // the strongest first
  std::size_t without_effect = 0;    // no run changed at all
  double mean = 0;                   // of the answer over the priors
  double sd = 0;
  std::size_t runs = 0;
  bool interrupted = false;
  std::string failure;  // too few runs came to their end
};

// Of `metric` of scenario a, or of its logarithmic ratio to that of `b`; over `count` machines of the priors.
TotalEffects total_effects(const Scenario& a, const std::optional<Scenario>& b, const std::string& metric, std::size_t count,
                           const Pool& pool);

}  // namespace ktlssim
