// Whether a change made anything worse, for a review.
//
// A metric fails where it is proven worse than allowed: the interval of the difference between NEW and what BASE allows
// leaves out zero on the bad side. With equal models it does so by chance alone, at most once in a hundred over all
// metrics of all scenarios together (Bonferroni). Samples of one seed are compared pair by pair, others by Welch's t.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/statistics/two_samples.hpp"

namespace ktlssim {

// How much of the time a gate may fail where nothing changed.
inline constexpr double kGateLevel = 0.01;

struct Threshold {
  std::string metric;
  double percent;       // of BASE that it may get worse by; 0 or more
  bool more_is_better;
};

// Throughput, records, live connections and the like: more is better. Of all others less is.
bool more_is_better(std::string_view metric);

enum class GateVerdict { same, better, worse, fails, unknown, open };
inline constexpr std::array<std::string_view, 6> kGateVerdictNames{"same", "better", "worse", "FAILS", "unknown", "not proven"};
inline std::string_view name(GateVerdict verdict) { return kGateVerdictNames[static_cast<std::size_t>(verdict)]; }

struct GateRow {
  Threshold threshold;
  std::string unit;
  double base;  // means; NaN where there is none
  double now;
  DifferenceInterval percent;  // NEW - BASE in % of BASE
  // same: no difference proven, and proven not to be worse than allowed. open: nothing proven. better, worse: proven, and
  // allowed. fails: worse than allowed, proven, or a value of BASE that NEW has not. unknown: BASE has no value, or a side
  // a single one that is random.
  GateVerdict verdict;
};

struct GateSide {
  const Experiment& experiment;
  std::int64_t seed;
};

struct GateReport {
  std::string name;  // of the scenario
  bool paired = false;
  std::vector<GateRow> rows;
  // Of NEW and not of BASE: runs that did not end, starvation, overload. Of either: nothing that ended, so that nothing
  // can be judged.
  std::vector<std::string> failures;

  bool passes() const;
};

// `comparisons`: how many metrics of how many scenarios share the level.
GateReport gate(const std::string& name, const GateSide& base, const GateSide& now,
                const std::vector<Threshold>& thresholds, std::size_t comparisons);

// A table for a review, as Markdown.
std::string gate_markdown(const std::vector<GateReport>& reports);

}  // namespace ktlssim
