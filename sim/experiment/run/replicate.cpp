#include "sim/experiment/run/replicate.hpp"

#include <algorithm>

#include "sim/experiment/statistics/precision.hpp"

namespace ktlssim {

bool Experiment::all_done() const {
  return !interrupted && std::all_of(runs.begin(), runs.end(), [](const Replication& run) {
    return run.result.status == RunStatus::done;
  });
}

bool settle(Scenario& scenario, Experiment& experiment, const Pool& pool) {
  if (!window_is_open(scenario)) return true;
  experiment.window = find_window(scenario, pool);
  if (!experiment.window) return false;
  scenario = with_window(scenario, *experiment.window);
  return true;
}

void conclude(Experiment& experiment, const Scenario& scenario) {
  std::vector<RunResult> ended;
  for (const Replication& run : experiment.runs) ended.push_back(run.result);
  experiment.summary = summarize(ended);
  experiment.steadiness = steadiness_of(ended.empty() ? scenario : as_measured(scenario, ended.front()), ended);
  withhold_intervals(experiment.steadiness, experiment.summary);
}

Experiment replicate(const Scenario& scenario, EngineKind engine, std::size_t count, const Pool& pool) {
  Experiment experiment;
  extend(experiment, scenario, engine, count, pool);
  return experiment;
}

void extend(Experiment& experiment, const Scenario& scenario, EngineKind engine, std::size_t count,
            const Pool& pool) {
  const std::size_t first = experiment.runs.size();
  if (experiment.interrupted || count <= first) return;
  load_engine(engine);
  PoolOutcome outcome = run_in_children(
      count - first, pool, [&](std::size_t task) { return simulate_in_window(scenario, engine, first + task); });
  experiment.interrupted = outcome.interrupted;
  for (std::size_t task = 0; task < outcome.results.size(); ++task)
    if (auto& result = outcome.results[task]) experiment.runs.push_back({first + task, std::move(*result)});
  conclude(experiment, scenario);
}

Experiment replicate_until_precise(const Scenario& scenario, EngineKind engine, const Pool& pool) {
  Experiment experiment;
  extend_until_precise(experiment, scenario, engine, pool);
  return experiment;
}

void extend_until_precise(Experiment& experiment, const Scenario& scenario, EngineKind engine, const Pool& pool) {
  const MeasureParameters& measure = scenario.measure;
  extend(experiment, scenario, engine, 1, pool);
  std::size_t count = 0;
  const bool random = experiment.runs.empty() || experiment.runs.front().result.random;
  if (!random) experiment.precise = precise(experiment.summary, measure);  // more would be the same
  while (random) {
    count = replications_after(measure, count);
    extend(experiment, scenario, engine, count, pool);
    experiment.precise = precise(experiment.summary, measure);
    if (experiment.interrupted || *experiment.precise ||
        count >= static_cast<std::size_t>(measure.max_replications))
      break;
  }
}

}  // namespace ktlssim
