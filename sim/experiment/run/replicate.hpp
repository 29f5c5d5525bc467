// Replications of one scenario: each simulated in a process of its own, then summed up.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/run/engines.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/statistics/steadiness.hpp"
#include "sim/experiment/statistics/summary.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

struct Replication {
  std::size_t number;  // from 0
  RunResult result;
};

struct Experiment {
  std::vector<Replication> runs;  // those that ended, done or not, in order
  Summary summary;                // of those that are done
  Steadiness steadiness;          // likewise
  bool interrupted = false;
  std::optional<bool> precise;  // whether relative_precision was reached, where it decided

  bool all_done() const;
};

// Simulates replications 0 to count - 1, at most `pool.jobs` at a time.
Experiment replicate(const Scenario& scenario, Engines engines, std::size_t count, const Pool& pool = {});

// Adds replications until there are `count`, unless it was interrupted.
void extend(Experiment& experiment, const Scenario& scenario, Engines engines, std::size_t count,
            const Pool& pool = {});

// As many as relative_precision takes.
Experiment replicate_until_precise(const Scenario& scenario, Engines engines, const Pool& pool = {});

}  // namespace ktlssim
