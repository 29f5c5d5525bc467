#include "sim/experiment/run/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "sim/experiment/statistics/steadiness.hpp"
#include "sim/machine/warmup.hpp"

namespace ktlssim {

namespace {

constexpr double kFirst_ms = 200;     // of a pilot
constexpr double kTellsOverload_ms = 800;
constexpr double kLongest_ms = 12800;
constexpr double kLeastPart = 0.1;  // of a pilot: the start of a machine is never measured

struct Field {
  std::string_view what;
  double SeriesStep::*value;
};
constexpr std::array<Field, 3> kFields{{{"throughput", &SeriesStep::throughput_gbps},
                                        {"CPU usage", &SeriesStep::cpu_percent},
                                        {"the number of records that wait", &SeriesStep::outstanding}}};

std::vector<double> series_of(const RunResult& run, double SeriesStep::*field) {
  std::vector<double> series;
  for (const SeriesStep& step : run.series) series.push_back(step.*field);
  return series;
}

// How many steps of a pilot to leave out; nothing, and the field that forbids it in `why`, where it is too short.
std::optional<std::size_t> start_of_window(const RunResult& pilot, std::string& why) {
  std::size_t start = static_cast<std::size_t>(std::ceil(kLeastPart * static_cast<double>(pilot.series.size())));
  for (const Field& field : kFields) {
    const std::vector<double> series = series_of(pilot, field.value);
    if (!drift_of(series).found) continue;
    const std::optional<std::size_t> deleted = mser5(series);
    why = fmt::format("{} does not settle", field.what);
    if (!deleted) return std::nullopt;
    start = std::max(start, *deleted);
  }
  for (const Field& field : kFields) {
    const std::vector<double> series = series_of(pilot, field.value);
    why = fmt::format("{} still drifts", field.what);
    if (drift_of(std::span(series).subspan(start)).found) return std::nullopt;
  }
  return start;
}

bool backlog_grows(const Scenario& scenario, const RunResult& run, std::string& why) {
  const Steadiness steadiness = steadiness_of(scenario, {&run, 1});
  const auto found = std::ranges::find(steadiness.why, Unsteady::overload, &UnsteadyReason::kind);
  if (!steadiness.backlog_grows || found == steadiness.why.end()) return false;
  why = found->what;
  return true;
}

}  // namespace

Scenario with_window(const Scenario& scenario, const FoundWindow& window) {
  Scenario with = scenario;
  with.measure.warmup = Warmup::fixed;
  with.measure.warmup_ms = window.warmup_ms;
  with.measure.duration_ms = window.duration_ms;
  return with;
}

FoundWindow find_window(const Scenario& scenario, const std::function<RunResult(const Scenario&)>& pilot) {
  FoundWindow found{0, 0, 0, false, ""};
  for (double length_ms = kFirst_ms; length_ms <= kLongest_ms; length_ms *= 2) {
    found.simulated_ms += length_ms;
    found.warmup_ms = found.duration_ms = length_ms / 2;
    const Scenario whole = with_window(scenario, {0, length_ms, 0, false, ""});
    const RunResult run = pilot(whole);
    if (run.status != RunStatus::done || run.series.empty()) {
      found.why = run.diagnosis;
      return found;
    }
    if (const std::optional<std::size_t> start = start_of_window(run, found.why)) {
      found.warmup_ms = length_ms * static_cast<double>(*start) / static_cast<double>(run.series.size());
      found.duration_ms = length_ms - found.warmup_ms;
      found.believed = true;
      found.why.clear();
      return found;
    }
    // A longer window would only hold a longer queue. Below that a queue may still be filling.
    if (length_ms >= kTellsOverload_ms && backlog_grows(whole, run, found.why)) return found;
  }
  return found;
}

std::optional<FoundWindow> find_window(const Scenario& scenario, const Pool& pool) {
  bool interrupted = false;
  const FoundWindow found = find_window(scenario, [&](const Scenario& whole) {
    PoolOutcome outcome =
        run_in_children(1, pool, [&](std::size_t) { return simulate(whole, EngineKind::fiber, 0); });
    interrupted = interrupted || outcome.interrupted || !outcome.results.front();
    return interrupted ? RunResult{} : std::move(*outcome.results.front());
  });
  return interrupted ? std::nullopt : std::optional(found);
}

std::string window_text(const FoundWindow& window) {
  const std::string text = fmt::format("measured for {:.6g} ms after a warm-up of {:.6g} ms", window.duration_ms, window.warmup_ms);
  if (window.believed) return text + ", which were found to be enough";
  return fmt::format("{}, but no window could be found in which means may be believed: {}", text,
                     window.why.substr(0, window.why.find('\n')));
}

RunResult simulate_in_window(const Scenario& scenario, EngineKind engine, std::uint64_t replication) {
  if (!window_is_open(scenario)) return simulate(scenario, engine, replication);
  const FoundWindow window =
      find_window(scenario, [](const Scenario& whole) { return simulate(whole, EngineKind::fiber, 0); });
  RunResult result = simulate(with_window(scenario, window), engine, replication);
  result.metrics.push_back({"warmup_ms", "ms", window.warmup_ms});
  result.metrics.push_back({"measured_ms", "ms", window.duration_ms});
  return result;
}

Scenario as_measured(const Scenario& scenario, const RunResult& run) {
  const Metric* const warmup_ms = run.metric("warmup_ms");
  const Metric* const measured_ms = run.metric("measured_ms");
  if (!window_is_open(scenario) || warmup_ms == nullptr || measured_ms == nullptr) return scenario;
  return with_window(scenario, {warmup_ms->value, measured_ms->value, 0, true, ""});
}

}  // namespace ktlssim
