// The parameters that have the most influence on the verdict of a claim.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

inline constexpr std::size_t kInfluencesNamed = 3;

struct Influence {
  std::string pointer;     // after "against " where only the other variant of a comparison has it
  std::string confidence;  // of a profile's value; empty for a parameter of the scenario
  double change;           // of the prediction, where the parameter is 10 per cent higher
};

using Influences = std::map<std::string, std::vector<Influence>>;  // by the claim's name, the strongest first

struct InfluenceRun {
  Influences influences;  // kInfluencesNamed each; none of a claim of which a run failed
  bool interrupted = false;
};

// Varies every number by a tenth up and down, in both variants of a comparison at once where both have it,
// with common random numbers. All are looked at in one replication, the strongest few in all `replications`.
// Of the workload, which is what was measured, only what the source does not state is varied.
InfluenceRun find_influences(const std::vector<Claim>& claims, std::size_t replications, const Pool& pool);

}  // namespace ktlssim
