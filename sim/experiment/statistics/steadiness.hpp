// Whether means over the measured time may be believed: what was measured is a steady state, and not a
// start-up, a queue that grows, or what is left of a machine.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/statistics/summary.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// overload: more is offered than served. startup: the first part differs from the rest. gone: connections were
// dropped for good. starving: a thread hardly ever gets a CPU. nothing: no record, of senders that never pause.
enum class Unsteady { overload, startup, gone, starving, nothing };
inline constexpr std::array<std::string_view, 5> kUnsteadyNames{"overload", "startup", "gone", "starving", "nothing"};
inline std::string_view name(Unsteady kind) { return kUnsteadyNames[static_cast<std::size_t>(kind)]; }

struct UnsteadyReason {
  Unsteady kind;
  std::string what;  // a sentence without its full stop
};

struct Steadiness {
  std::vector<UnsteadyReason> why;
  bool backlog_grows = false;  // without end: latency and what waits have no mean

  bool steady() const { return why.empty(); }
};

// How far the first part of a series is from its second half, as Geweke's diagnostic has it (Bayesian
// Statistics 4, 1992): the first tenth, and the first half, against the last half, in twenty batch means. Both
// are judged against how the batches of the last half vary.
struct Drift {
  bool found = false;  // beyond that noise, and more than a twentieth of the level
  double first;        // means of the part that differs most, ...
  double last;         // ... and of the last half
};
Drift drift_of(std::span<const double> series);

// From the time series of the replications that are done; what a series is not kept of is not judged by it.
Steadiness steadiness_of(const Scenario& scenario, std::span<const RunResult> runs);

// Whether a metric is of what waits, which has no mean while that grows.
bool is_of_backlog(std::string_view metric);

// Takes the intervals off the metrics that have no mean.
void withhold_intervals(const Steadiness& steadiness, Summary& summary);

}  // namespace ktlssim
