#include "sim/experiment/run/replicate.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/experiment/input/system_limits.hpp"
#include "sim/experiment/statistics/control_variates.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/machine/placement.hpp"
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
    if (task < extra) return simulate_in_window(scenario, EngineKind::simgrid, 0);
    return simulate_in_window(scenario, engine, first + task - extra);
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

Experiment replicate(const Scenario& scenario, Engines engines, std::size_t count, const Pool& pool) {
  Experiment experiment;
  extend(experiment, scenario, engines, count, pool);
  return experiment;
}

void extend(Experiment& experiment, const Scenario& scenario, Engines engines, std::size_t count,
            const Pool& pool) {
  const std::size_t first = experiment.runs.size();
  if (experiment.interrupted || count <= first) return;
  if (engines != Engines::fiber) require_simgrid_carries(scenario);
  PoolOutcome outcome = simulated(scenario, engines, first, count - first, pool);
  experiment.interrupted = outcome.interrupted;
  for (std::size_t task = 0; task < outcome.results.size(); ++task)
    if (auto& result = outcome.results[task]) experiment.runs.push_back({first + task, std::move(*result)});
  conclude(experiment, scenario);
}

Experiment replicate_until_precise(const Scenario& scenario, Engines engines, const Pool& pool) {
  Experiment experiment;
  extend_until_precise(experiment, scenario, engines, pool);
  return experiment;
}

void extend_until_precise(Experiment& experiment, const Scenario& scenario, Engines engines, const Pool& pool) {
  const MeasureParameters& measure = scenario.measure;
  extend(experiment, scenario, engines, 1, pool);
  std::size_t count = 0;
  const bool random = experiment.runs.empty() || experiment.runs.front().result.random;
  if (!random) experiment.precise = precise(experiment.summary, measure);  // more would be the same
  while (random) {
    count = count == 0 ? replications_after(measure, 0) : replications_after(measure, count, experiment.summary);
    extend(experiment, scenario, engines, count, pool);
    use_controls(scenario, experiment);
    experiment.precise = precise(experiment.summary, measure);
    if (experiment.interrupted || *experiment.precise ||
        count >= static_cast<std::size_t>(measure.max_replications))
      break;
  }
}

}  // namespace ktlssim
