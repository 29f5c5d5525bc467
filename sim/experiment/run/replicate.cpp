#include "sim/experiment/run/replicate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/experiment/statistics/control_variates.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/machine/placement.hpp"

namespace ktlssim {

namespace {

// Means where sessions fall onto workers as they do on average: that is most of what replications differ in.
void use_controls(const Scenario& scenario, Experiment& experiment) {
  if (!experiment.all_done()) return;
  std::vector<std::vector<double>> controls;
  std::map<std::string, std::vector<double>> values;
  for (const Replication& run : experiment.runs) {
    controls.push_back(placement_deviations(scenario, run.number));
    for (const Metric& metric : run.result.metrics)
      if (std::isfinite(metric.value)) values[metric.name].push_back(metric.value);
  }
  for (const std::string& name : precision_metrics(scenario.measure)) {
    const auto metric = std::ranges::find(experiment.summary.metrics, name, &Estimate::name);
    if (metric == experiment.summary.metrics.end() || name.starts_with("latency_ready_us_p")) continue;
    *metric = controlled_estimate(*metric, values[name], controls);
  }
}

}  // namespace

bool Experiment::all_done() const {
  return !interrupted && std::all_of(runs.begin(), runs.end(), [](const Replication& run) {
    return run.result.status == RunStatus::done;
  });
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
      count - first, pool, [&](std::size_t task) { return simulate(scenario, engine, first + task); });
  experiment.interrupted = outcome.interrupted;
  for (std::size_t task = 0; task < outcome.results.size(); ++task)
    if (auto& result = outcome.results[task]) experiment.runs.push_back({first + task, std::move(*result)});
  std::vector<RunResult> ended;
  for (const Replication& run : experiment.runs) ended.push_back(run.result);
  experiment.summary = summarize(ended);
  experiment.steadiness = steadiness_of(scenario, ended);
  withhold_intervals(experiment.steadiness, experiment.summary);
}

Experiment replicate_until_precise(const Scenario& scenario, EngineKind engine, const Pool& pool) {
  const MeasureParameters& measure = scenario.measure;
  Experiment experiment;
  extend(experiment, scenario, engine, 1, pool);
  std::size_t count = 0;
  const bool random = experiment.runs.empty() || experiment.runs.front().result.random;
  if (!random) experiment.precise = precise(experiment.summary, measure);  // more would be the same
  while (random) {
    count = replications_after(measure, count);
    extend(experiment, scenario, engine, count, pool);
    use_controls(scenario, experiment);
    experiment.precise = precise(experiment.summary, measure);
    if (experiment.interrupted || *experiment.precise ||
        count >= static_cast<std::size_t>(measure.max_replications))
      break;
  }
  return experiment;
}

}  // namespace ktlssim
