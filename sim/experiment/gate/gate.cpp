#include "sim/experiment/gate/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "models/counted.hpp"
#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

struct Sampled {
  std::vector<double> values;
  std::vector<std::size_t> numbers;  // of the replications
  std::string unit;
  bool random = false;
};

Sampled sampled(const Experiment& experiment, const std::string& name) {
  Sampled found;
  for (const Replication& run : experiment.runs) {
    if (run.result.status != RunStatus::done) continue;
    const Metric* const metric = run.result.metric(name);
    if (metric == nullptr || !std::isfinite(metric->value)) continue;
    found.values.push_back(metric->value);
    found.numbers.push_back(run.number);
    found.unit = metric->unit;
    found.random = found.random || run.result.random;
  }
  return found;
}

DifferenceInterval difference(const std::vector<double>& a, const std::vector<double>& b, bool paired, double level, bool random) {
  return paired ? paired_difference(a, b, level, random) : welch_difference(a, b, level, random);
}

std::vector<double> scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

GateRow row(const Threshold& threshold, const GateSide& base, const GateSide& now, std::size_t comparisons, bool& paired) {
  const Sampled a = sampled(base.experiment, threshold.metric);
  const Sampled b = sampled(now.experiment, threshold.metric);
  const bool random = a.random || b.random;
  paired = base.seed == now.seed && a.numbers == b.numbers;
  // Only one side of each interval can fail it.
  const double level = 1 - 2 * kGateLevel / static_cast<double>(comparisons);
  GateRow said{threshold, a.unit.empty() ? b.unit : a.unit, mean_of(a.values), mean_of(b.values), {}, GateVerdict::unknown};
  if (!a.values.empty() && b.values.empty()) said.verdict = GateVerdict::fails;
  const DifferenceInterval plain = difference(a.values, b.values, paired, level, random);
  const double unit = std::abs(said.base) / 100;
  said.percent = {plain.mean / unit, plain.lo / unit, plain.hi / unit, plain.known && unit > 0};
  if (!plain.known) return said;
  const double sign = threshold.more_is_better ? 1 : -1;
  const DifferenceInterval beyond =
      difference(scaled(a.values, 1 - sign * threshold.percent / 100), b.values, paired, level, random);
  const double gain_lo = threshold.more_is_better ? plain.lo : -plain.hi;
  const double gain_hi = threshold.more_is_better ? plain.hi : -plain.lo;
  if ((threshold.more_is_better ? beyond.hi : -beyond.lo) < 0)
    said.verdict = GateVerdict::fails;
  else if (gain_hi < 0)
    said.verdict = GateVerdict::worse;
  else if (gain_lo > 0)
    said.verdict = GateVerdict::better;
  else
    said.verdict = (threshold.more_is_better ? beyond.lo : -beyond.hi) >= 0 ? GateVerdict::same : GateVerdict::open;
  return said;
}

std::size_t not_done(const Experiment& experiment) {
  return static_cast<std::size_t>(std::ranges::count_if(
      experiment.runs, [](const Replication& run) { return run.result.status != RunStatus::done; }));
}

// What NEW does and BASE does not, of which no mean tells.
std::vector<std::string> failures(const Experiment& base, const Experiment& now) {
  std::vector<std::string> found;
  for (const auto& [side, experiment] : {std::pair{"BASE", &base}, std::pair{"NEW", &now}})
    if (not_done(*experiment) == experiment->runs.size()) found.push_back(fmt::format("not judged: no replication of {} ended", side));
  if (const std::size_t failed = not_done(now); failed > not_done(base))
    for (const Replication& run : now.runs)
      if (run.result.status != RunStatus::done) {
        found.push_back(fmt::format("{} of {} did not end; replication {} {}: {}", failed, counted(now.runs.size(), "replication"),
                                    run.number, name(run.result.status),
                                    run.result.diagnosis.substr(0, run.result.diagnosis.find('\n'))));
        break;
      }
  for (const UnsteadyReason& reason : now.steadiness.why) {
    const bool before = std::ranges::find(base.steadiness.why, reason.kind, &UnsteadyReason::kind) != base.steadiness.why.end();
    if (!before && reason.kind != Unsteady::startup) found.push_back(reason.what);
  }
  return found;
}

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

std::string escaped(std::string text) {
  for (char& c : text)
    if (c == '|' || c == '\n') c = c == '|' ? '/' : ' ';
  return text;
}

}  // namespace

bool more_is_better(std::string_view metric) {
  constexpr std::array<std::string_view, 3> kGood{"throughput_gbps", "records_per_second", "live_connections"};
  return std::ranges::any_of(kGood, [metric](std::string_view good) { return metric.starts_with(good); });
}

bool GateReport::passes() const {
  return failures.empty() && std::ranges::none_of(rows, [](const GateRow& r) { return r.verdict == GateVerdict::fails; });
}

GateReport gate(const std::string& name, const GateSide& base, const GateSide& now, const std::vector<Threshold>& thresholds,
                std::size_t comparisons) {
  GateReport report{name, false, {}, failures(base.experiment, now.experiment)};
  for (const Threshold& threshold : thresholds) report.rows.push_back(row(threshold, base, now, comparisons, report.paired));
  return report;
}

std::string gate_markdown(const std::vector<GateReport>& reports) {
  const auto failing = static_cast<std::size_t>(std::ranges::count(reports, false, &GateReport::passes));
  std::string text = failing == 0 ? fmt::format("**ktlssim gate: passes** ({})\n\n", counted(reports.size(), "scenario"))
                                  : fmt::format("**ktlssim gate: FAILS** in {} of {}\n\n", failing, counted(reports.size(), "scenario"));
  text += "| scenario | metric | base | new | change % | interval % | allowed % | verdict |\n|---|---|---|---|---|---|---|---|\n";
  for (const GateReport& report : reports)
    for (const GateRow& r : report.rows)
      text += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} | {} |\n", escaped(report.name), r.threshold.metric, number(r.base),
                          number(r.now), number(r.percent.mean),
                          r.percent.known ? fmt::format("{} to {}", number(r.percent.lo), number(r.percent.hi)) : "-",
                          fmt::format("{}{:g}", r.threshold.percent == 0 ? "" : r.threshold.more_is_better ? "-" : "+", r.threshold.percent),
                          name(r.verdict));
  for (const GateReport& report : reports)
    for (const std::string& failure : report.failures) text += fmt::format("\n- **{}**: {}", escaped(report.name), escaped(failure));
  text += fmt::format("\nA metric fails where it is proven worse than allowed. Where nothing changed, the gate fails at most {} % of the "
                      "time.\n", 100 * kGateLevel);
  return text;
}

}  // namespace ktlssim
