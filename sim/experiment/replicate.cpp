#include "sim/experiment/replicate.hpp"

#include <algorithm>

#include "sim/engine/engine.hpp"
#include "sim/experiment/fork_pool.hpp"

namespace ktlssim {

bool Experiment::all_done() const {
  return !interrupted && std::all_of(runs.begin(), runs.end(), [](const Replication& run) {
    return run.result.status == RunStatus::done;
  });
}

Experiment replicate(const Scenario& scenario, EngineKind engine, std::size_t count, std::size_t jobs) {
  if (engine == EngineKind::simgrid) load_simgrid_engine();
  const auto task = [&](std::size_t number) { return simulate(scenario, engine, number); };
  PoolOutcome outcome = run_in_children(count, jobs, task);
  Experiment experiment;
  experiment.interrupted = outcome.interrupted;
  std::vector<RunResult> ended;
  for (std::size_t number = 0; number < count; ++number) {
    if (!outcome.results[number]) continue;
    ended.push_back(*outcome.results[number]);
    experiment.runs.push_back({number, std::move(*outcome.results[number])});
  }
  experiment.summary = summarize(ended);
  return experiment;
}

}  // namespace ktlssim
