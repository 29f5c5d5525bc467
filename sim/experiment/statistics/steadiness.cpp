#include "sim/experiment/statistics/steadiness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "models/counted.hpp"
#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

constexpr double kMaterial = 0.05;     // of the level: less hardly moves a mean
constexpr double kLevel = 0.0005;      // of a one-sided test: several are made of each run
constexpr double kSigmas = 3;          // of a backlog that grows by chance
constexpr double kBacklogPart = 0.01;  // of what was offered
constexpr double kServedShort = 0.02;  // of what was offered
constexpr std::size_t kBatches = 20;
constexpr std::size_t kHalf = kBatches / 2;

using Runs = std::vector<const RunResult*>;

double mean_metric(const Runs& runs, std::string_view metric_name) {
  double sum = 0;
  for (const RunResult* const run : runs)
    if (const Metric* const metric = run->metric(metric_name)) sum += metric->value;
  return sum / static_cast<double>(runs.size());
}

// Step by step over the replications (Welch). Empty where one of them has no series.
std::vector<double> averaged(const Runs& runs, double SeriesStep::*field) {
  std::size_t steps = runs.front()->series.size();
  for (const RunResult* const run : runs) steps = std::min(steps, run->series.size());
  std::vector<double> mean(steps);
  for (const RunResult* const run : runs)
    for (std::size_t i = 0; i < steps; ++i) mean[i] += run->series[i].*field / static_cast<double>(runs.size());
  return mean;
}

void add_gone(const Scenario& s, const Runs& runs, Steadiness& found) {
  if (s.workload.reconnect_us > 0 || runs.front()->metric("live_connections") == nullptr) return;
  const double gone = static_cast<double>(s.workload.sessions) - mean_metric(runs, "live_connections");
  if (gone <= 0) return;
  std::string text = fmt::format("{:.6g} of {} {} gone at the end, dropped because a crypto request failed",
                                 gone, counted(s.workload.sessions, "connection"), gone == 1 ? "is" : "are");
  const double before = gone - mean_metric(runs, "aborted_connections");
  if (before > 0) text += fmt::format(", {:.6g} of them before the measured time", before);
  found.why.push_back({Unsteady::gone, std::move(text)});
}

void add_starving(const Runs& runs, Steadiness& found) {
  for (const RunResult* const run : runs)
    for (const std::string& sentence : run->starving)
      if (std::ranges::find(found.why, sentence, &UnsteadyReason::what) == found.why.end())
        found.why.push_back({Unsteady::starving, sentence});
}

// Arrivals that wait for nobody. A backlog that is stable grows in a window by chance, at most as arrivals and
// departures vary.
void add_growing_backlog(const Scenario& s, const Runs& runs, Steadiness& found) {
  const std::vector<double> outstanding = averaged(runs, &SeriesStep::outstanding);
  if (outstanding.size() < kBatches) return;
  const std::size_t tenth = outstanding.size() / 10;
  const std::span<const double> series(outstanding);
  const double grown = (mean_of(series.last(tenth)) - mean_of(series.first(tenth))) *
                       static_cast<double>(series.size()) / static_cast<double>(series.size() - tenth);
  const double offered = s.workload.records_per_second * s.measure.duration_ms / 1e3;
  const double chance = kSigmas * std::sqrt(2 * offered / static_cast<double>(runs.size()));
  if (grown <= chance || grown <= kBacklogPart * offered) return;
  const double gbps_per_record = 8e-6 * static_cast<double>(s.workload.record_bytes) / s.measure.duration_ms;
  found.backlog_grows = true;
  found.why.push_back(
      {Unsteady::overload,
       fmt::format("more is offered than served: {:.4g} Gbit/s offered, {:.4g} served; {:.0f} records wait at the "
                   "end, and their number grows by {:.0f} a second, so latency has no mean",
                   offered * gbps_per_record, mean_metric(runs, "throughput_gbps"), outstanding.back(),
                   grown / s.measure.duration_ms * 1e3)});
}

// Applications that send at a rate are late with it.
void add_late_application(const Scenario& s, const Runs& runs, Steadiness& found) {
  const double offered = s.workload.rate_gbps;
  const double served = mean_metric(runs, "throughput_gbps");
  const double a_write_gbps = 8e-6 * static_cast<double>(s.request_bytes() * s.workload.sessions) / s.measure.duration_ms;
  if (offered - served <= std::max(kServedShort * offered, a_write_gbps)) return;
  found.why.push_back({Unsteady::overload, fmt::format("more is offered than served: {:.4g} Gbit/s offered, {:.4g} served",
                                                       offered, served)});
}

void add_overload(const Scenario& s, const Runs& runs, Steadiness& found) {
  if (s.workload.kind == WorkloadKind::poisson)
    add_growing_backlog(s, runs, found);
  else if (s.has_application() && s.workload.rate_gbps > 0)
    add_late_application(s, runs, found);
}

void add_startup(const Scenario& s, const Runs& runs, Steadiness& found) {
  std::string text;
  const auto add = [&](std::string_view what, std::string_view unit, double SeriesStep::*field) {
    const Drift drift = drift_of(averaged(runs, field));
    if (drift.found)
      text += fmt::format("{}{} {:.4g} {} at first, {:.4g} in the second half", text.empty() ? "" : "; ", what,
                          drift.first, unit, drift.last);
  };
  add("throughput", "Gbit/s", &SeriesStep::throughput_gbps);
  add("CPU", "%", &SeriesStep::cpu_percent);
  if (text.empty()) return;
  found.why.push_back({Unsteady::startup, fmt::format("the measured time holds a start-up ({}): a longer /measure/warmup_ms than "
                                                      "{:.4g} ms, or /measure/warmup=auto",
                                                      text, s.measure.warmup_ms)});
}

void add_nothing(const Scenario& s, const Runs& runs, Steadiness& found) {
  const bool pauses = s.workload.kind == WorkloadKind::poisson || s.has_requests();
  if (pauses || !found.why.empty() || mean_metric(runs, "records_per_second") != 0 || mean_metric(runs, "throughput_gbps") != 0) return;
  found.why.push_back({Unsteady::nothing, fmt::format("not a single record became ready or was acknowledged in the measured {:.4g} ms: "
                                                      "a longer /measure/duration_ms", s.measure.duration_ms)});
}

}  // namespace

Drift drift_of(std::span<const double> series) {
  Drift drift{.found = false, .first = 0, .last = 0};
  const std::size_t size = series.size() / kBatches;
  if (size == 0) return drift;
  std::array<double, kBatches> batches{};
  for (std::size_t b = 0; b < kBatches; ++b) batches[b] = mean_of(series.subspan(b * size, size));
  const std::span<const double> all(batches);
  drift.first = drift.last = mean_of(all.last(kHalf));
  double squares = 0;
  for (const double batch : all.last(kHalf)) squares += (batch - drift.last) * (batch - drift.last);
  const double variance = squares / (kHalf - 1);
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(kHalf - 1), kLevel));
  for (const std::size_t part : {kBatches / 10, kHalf}) {
    const double first = mean_of(all.first(part));
    const double difference = std::abs(first - drift.last);
    const double noise = t * std::sqrt(variance * (1.0 / static_cast<double>(part) + 1.0 / kHalf));
    if (difference <= noise || difference <= kMaterial * std::max(std::abs(first), std::abs(drift.last))) continue;
    if (drift.found && difference <= std::abs(drift.first - drift.last)) continue;
    drift.found = true;
    drift.first = first;
  }
  return drift;
}

Steadiness steadiness_of(const Scenario& scenario, std::span<const RunResult> runs) {
  Runs done;
  for (const RunResult& run : runs)
    if (run.status == RunStatus::done) done.push_back(&run);
  Steadiness found;
  if (done.empty()) return found;
  add_gone(scenario, done, found);
  add_overload(scenario, done, found);
  add_startup(scenario, done, found);
  add_starving(done, found);
  add_nothing(scenario, done, found);
  return found;
}

bool is_of_backlog(std::string_view metric) {
  constexpr std::array<std::string_view, 4> kWaiting{"latency_ready_us", "in_flight", "states_per_cpu", "state_bytes"};
  return std::ranges::any_of(kWaiting, [metric](std::string_view prefix) { return metric.starts_with(prefix); });
}

void withhold_intervals(const Steadiness& steadiness, Summary& summary) {
  if (!steadiness.backlog_grows) return;
  for (Estimate& e : summary.metrics) {
    if (!is_of_backlog(e.name)) continue;
    e.spread = Spread::growing;
    e.lo = e.hi = e.mean;
  }
}

}  // namespace ktlssim
