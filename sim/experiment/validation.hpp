// Published measurements held against what the model predicts.
//
// A suite is a JSON file of claims. Each names a scenario (relative to the suite), settings on top of it, a
// metric, the published value with its source, the tolerance with a reason, whether a parameter was fitted to
// it, and the verdict that is expected: a known failure carries its explanation, so that a change is noticed
// in both directions.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/plan.hpp"
#include "sim/experiment/summary.hpp"

namespace ktlssim {

// What is compared with the published value: the metric, or its ratio or difference to that of a second
// variant.
enum class Comparison { value, ratio, difference };
inline constexpr std::array<std::string_view, 3> kComparisonNames{"value", "ratio", "difference"};
// `below`: the published value is a limit.
enum class Relation { equal, below };
inline constexpr std::array<std::string_view, 2> kRelationNames{"equal", "below"};
enum class Verdict { met, missed };
inline constexpr std::array<std::string_view, 2> kVerdictNames{"met", "missed"};

// Values of one more parameter, over which the prediction is shown; no verdict.
struct Series {
  std::string pointer;
  std::vector<std::string> values;
};

struct Claim {
  std::string name;
  std::string claim;  // in words
  std::string source;
  std::string metric;
  double published;
  double tolerance_percent;  // of the published value, or
  double tolerance;          // in its unit
  std::string reason;        // for the tolerance
  std::string fitted;        // which parameter was fitted to it; empty: it is a prediction
  Comparison comparison;
  Relation relation;
  Verdict expected;
  std::string explanation;  // of a known failure
  Variant variant;
  std::optional<Variant> against;
  std::optional<Series> series;

  double allowed() const { return tolerance_percent > 0 ? published * tolerance_percent / 100 : tolerance; }
};

struct NotSimulated {
  std::string claim;
  std::string source;
  std::string why;
};

struct Suite {
  std::vector<Claim> claims;
  std::vector<NotSimulated> not_simulated;
};

// The suite that comes with the simulator.
std::filesystem::path default_suite();

// Throws InputError with every problem, those of the scenarios included.
Suite load_suite(const std::filesystem::path& path);

struct SeriesPoint {
  std::string value;
  Estimate predicted;
};

struct ClaimOutcome {
  Claim claim;
  std::string failure;  // of a run, if any: then nothing is predicted
  Estimate predicted{};
  Verdict verdict = Verdict::missed;
  std::vector<SeriesPoint> series;

  double error() const { return predicted.mean - claim.published; }
  bool as_expected() const { return failure.empty() && verdict == claim.expected; }
};

struct ValidationRun {
  std::vector<ClaimOutcome> outcomes;
  bool interrupted = false;
};

// Simulates every variant of `claims` once, with common random numbers, and compares. Series only if asked
// for.
ValidationRun validate(const std::vector<Claim>& claims, std::size_t replications, std::size_t jobs,
                       bool with_series);

}  // namespace ktlssim
