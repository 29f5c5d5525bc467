// How long to measure where a scenario leaves that open (/measure/warmup auto, /measure/duration_ms 0): until the means
// may be believed.
//
// Replication 0 is simulated from its start for a while, then for twice as long, and so on, until throughput, CPU usage
// and what waits have settled in its first half (MSER-5 where they drift, see drift_of) and drift no more after that.
// What is left is the window of every replication.
#pragma once

#include <functional>
#include <string>

#include "models/scenario.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/machine/simulate.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

inline bool window_is_open(const Scenario& scenario) { return scenario.measure.duration_ms == 0; }

struct FoundWindow {
  double warmup_ms;
  double duration_ms;
  double simulated_ms;  // until it was found
  bool believed;
  std::string why;  // not
};

// `pilot` simulates replication 0 of a scenario whose window is not open.
FoundWindow find_window(const Scenario& scenario, const std::function<RunResult(const Scenario&)>& pilot);
// The same with pilots in children. Nothing if interrupted.
std::optional<FoundWindow> find_window(const Scenario& scenario, const Pool& pool);

// With that window, and no longer open.
Scenario with_window(const Scenario& scenario, const FoundWindow& window);

// What was found, as a sentence without its full stop.
std::string window_text(const FoundWindow& window);

// simulate(), after finding the window where it is open; then the run has the metrics warmup_ms and measured_ms.
RunResult simulate_in_window(const Scenario& scenario, EngineKind engine, std::uint64_t replication);
// The scenario with the window that the run has.
Scenario as_measured(const Scenario& scenario, const RunResult& run);

}  // namespace ktlssim
