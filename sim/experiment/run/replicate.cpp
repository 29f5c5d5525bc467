#include "sim/experiment/run/replicate.hpp"

#include <algorithm>

#include "sim/experiment/statistics/precision.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

// Replications `first` to first + count - 1. Where both engines are asked, the first task is replication 0 on SimGrid:
// it takes longest.
PoolOutcome simulated(const Scenario& scenario, Engines engines, std::size_t first, std::size_t count,
                      const Pool& pool) {
  const bool twice = engines == Engines::both && first == 0;
  const EngineKind engine = main_engine(engines);
  load_engine(twice ? EngineKind::simgrid : engine);
  const std::size_t extra = twice ? 1 : 0;
  PoolOutcome outcome = run_in_children(count + extra, pool, [&](std::size_t task) {
    if (task < extra) return simulate(scenario, EngineKind::simgrid, 0);
    return simulate(scenario, engine, first + task - extra);
  });
  if (!twice) return outcome;
  auto& results = outcome.results;
  std::optional<RunResult> reference = std::move(results.front());
  results.erase(results.begin());
  if (reference && results.front())
    results.front() = agreed(std::move(*reference), *results.front());
  else
    results.front().reset();  // interrupted before both had ended
  return outcome;
}

}  // namespace

bool Experiment::all_done() const {
  return !interrupted && std::all_of(runs.begin(), runs.end(), [](const Replication& run) {
    return run.result.status == RunStatus::done;
  });
}

Experiment replicate(const Scenario& scenario, Engines engines, std::size_t count, const Pool& pool) {
  Experiment experiment;
  extend(experiment, scenario, engines, count, pool);
  return experiment;
}

void extend(Experiment& experiment, const Scenario& scenario, Engines engines, std::size_t count,
            const Pool& pool) {
  const std::size_t first = experiment.runs.size();
  if (experiment.interrupted || count <= first) return;
  PoolOutcome outcome = simulated(scenario, engines, first, count - first, pool);
  experiment.interrupted = outcome.interrupted;
  for (std::size_t task = 0; task < outcome.results.size(); ++task)
    if (auto& result = outcome.results[task]) experiment.runs.push_back({first + task, std::move(*result)});
  std::vector<RunResult> ended;
  for (const Replication& run : experiment.runs) ended.push_back(run.result);
  experiment.summary = summarize(ended);
  experiment.steadiness = steadiness_of(scenario, ended);
  withhold_intervals(experiment.steadiness, experiment.summary);
}

Experiment replicate_until_precise(const Scenario& scenario, Engines engines, const Pool& pool) {
  const MeasureParameters& measure = scenario.measure;
  Experiment experiment;
  extend(experiment, scenario, engines, 1, pool);
  std::size_t count = 0;
  const bool random = experiment.runs.empty() || experiment.runs.front().result.random;
  if (!random) experiment.precise = precise(experiment.summary, measure);  // more would be the same
  while (random) {
    count = replications_after(measure, count);
    extend(experiment, scenario, engines, count, pool);
    experiment.precise = precise(experiment.summary, measure);
    if (experiment.interrupted || *experiment.precise ||
        count >= static_cast<std::size_t>(measure.max_replications))
      break;
  }
  return experiment;
}

}  // namespace ktlssim
