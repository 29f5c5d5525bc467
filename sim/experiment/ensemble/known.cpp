#include "sim/experiment/ensemble/known.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>

#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/ensemble/suite_figures.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

double quantile_of(const std::vector<WeightedValue>& sorted, double part) {
  double whole = 0;
  for (const WeightedValue& point : sorted) whole += point.weight;
  double below = 0;
  for (const WeightedValue& point : sorted) {
    below += point.weight;
    if (below >= part * whole) return point.value;
  }
  return sorted.empty() ? kNaN : sorted.back().value;
}

// `value(machine, factor)` over machines and factors.
Known widened(const Machines& machines, FigureKind kind, const std::function<double(std::size_t, double)>& value) {
  const std::vector<double> all = discrepancy_terms(of(machines.discrepancies, kind));
  std::vector<WeightedValue> points;
  for (std::size_t m = 0; m < machines.all.size(); ++m)
    for (const double term : all) {
      const double widened_value = value(m, std::exp(term));
      if (std::isfinite(widened_value)) points.push_back({widened_value, machines.all[m].weight});
    }
  return known_of_values(std::move(points));
}

RunResult on(const Scenario& scenario, std::size_t draw, std::uint64_t events, std::uint64_t most,
             std::size_t replication) {
  try {
    return simulate(with_shorter_window(on_machine(scenario, draw), events, most), EngineKind::fiber, replication);
  } catch (const InputError& error) {
    RunResult none;
    none.status = RunStatus::failed;
    none.diagnosis = error.what();
    return none;
  }
}

// What one run may cost so that a hundred and some are cheap.
constexpr std::uint64_t kUsualMachines = 128;

std::uint64_t most_events(std::size_t scenarios) { return kEventsOfAnAnswer / kUsualMachines * 2 / scenarios; }

}  // namespace

Known known_of_values(std::vector<WeightedValue> values) {
  std::ranges::sort(values, {}, &WeightedValue::value);
  const auto at = [&values](double part) { return quantile_of(values, part); };
  return {at(0.5), {at(0.05), at(0.95)}, {at(0.25), at(0.75)}};
}

std::vector<double> discrepancy_terms(const Discrepancy& discrepancy) {
  const boost::math::students_t law(discrepancy.degrees_of_freedom());
  std::vector<double> all;
  for (std::size_t i = 0; i < kDiscrepancyTerms; ++i)
    all.push_back(discrepancy.sd * boost::math::quantile(law, (static_cast<double>(i) + 0.5) / kDiscrepancyTerms));
  return all;
}

ByMachine MachineRuns::metric(std::size_t scenario, const std::string& name) const {
  ByMachine values;
  for (const std::optional<RunResult>& result : results.at(scenario)) {
    const Metric* const metric = result && result->status == RunStatus::done ? result->metric(name) : nullptr;
    values.push_back(metric != nullptr ? metric->value : kNaN);
  }
  return values;
}

std::size_t affordable_machines(std::size_t count, const std::vector<const Scenario*>& scenarios,
                                const std::vector<std::uint64_t>& events) {
  constexpr double kFewest = 24;
  double one = 0;
  for (std::size_t s = 0; s < scenarios.size(); ++s) {
    const MeasureParameters& whole = scenarios[s]->measure;
    const MeasureParameters shorter =
        with_shorter_window(*scenarios[s], events[s], most_events(scenarios.size())).measure;
    one += static_cast<double>(events[s]) * (shorter.warmup_ms + shorter.duration_ms) /
           (whole.warmup_ms + whole.duration_ms);
  }
  const double affordable = std::max(kFewest, 4 * static_cast<double>(kEventsOfAnAnswer) / std::max(1.0, one));
  return std::min(count, static_cast<std::size_t>(affordable));
}

MachineRuns run_machines(const Machines& machines, const std::vector<const Scenario*>& scenarios,
                         const std::vector<std::uint64_t>& events, const Pool& pool) {
  const std::size_t count = machines.all.size();
  const std::uint64_t most = most_events(scenarios.size());
  PoolOutcome outcome = run_in_children(count * scenarios.size(), pool, [&](std::size_t task) {
    const std::size_t s = task % scenarios.size();
    const std::size_t m = task / scenarios.size();
    RunResult result = on(*scenarios[s], machines.all[m].draw, events[s], most, m);
    result.series.clear();
    result.latency.clear();
    result.cpu.clear();
    return result;
  });
  MachineRuns runs;
  runs.interrupted = outcome.interrupted;
  runs.window_ms = with_shorter_window(*scenarios.front(), events.front(), most).measure.duration_ms;
  runs.results.resize(scenarios.size());
  for (std::size_t m = 0; m < count; ++m) {
    bool whole = true;
    for (std::size_t s = 0; s < scenarios.size(); ++s) {
      const std::optional<RunResult>& result = outcome.results[m * scenarios.size() + s];
      whole = whole && result && result->status == RunStatus::done;
      runs.results[s].push_back(result);
    }
    if (!whole) ++runs.failed;
  }
  return runs;
}

Known known(const Machines& machines, const ByMachine& values, FigureKind kind) {
  return widened(machines, kind, [&](std::size_t m, double factor) { return values[m] * factor; });
}

Known known_change(const Machines& machines, const ByMachine& a, const ByMachine& b) {
  return widened(machines, FigureKind::ratio, [&](std::size_t m, double factor) { return b[m] * factor - a[m]; });
}

Known known_percent(const Machines& machines, const ByMachine& a, const ByMachine& b) {
  return widened(machines, FigureKind::ratio,
                 [&](std::size_t m, double factor) { return a[m] > 0 ? 100 * (b[m] * factor / a[m] - 1) : kNaN; });
}

Known known_figure(const PublishedFigure& figure, const std::vector<double>& values, const std::vector<double>& weights,
                   const Discrepancies& discrepancies) {
  const std::vector<double> all = discrepancy_terms(of(discrepancies, figure.kind));
  std::vector<WeightedValue> points;
  for (std::size_t d = 0; d < values.size(); ++d)
    for (const double term : all)
      if (std::isfinite(values[d]) && weights[d] > 0) points.push_back({figure.unscaled(values[d] + term), weights[d]});
  return known_of_values(std::move(points));
}

double part_above(const Machines& machines, const ByMachine& a, const ByMachine& b, double Machine::*weight) {
  double above = 0;
  double whole = 0;
  for (std::size_t m = 0; m < machines.all.size(); ++m) {
    if (!std::isfinite(a[m]) || !std::isfinite(b[m])) continue;
    whole += machines.all[m].*weight;
    if (b[m] > a[m]) above += machines.all[m].*weight;
  }
  return whole > 0 ? above / whole : kNaN;
}

}  // namespace ktlssim
