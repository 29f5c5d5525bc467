// Published measurements held against what the model predicts.
//
// A suite is a JSON file of claims. Each names a scenario (relative to the suite), settings on top of it, a
// metric, the published value with its source, the tolerance with a reason, whether a parameter was fitted to
// it, and the verdict that is expected: a known failure carries its explanation, so that a change is noticed
// in both directions.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/run/plan.hpp"
#include "sim/experiment/statistics/summary.hpp"

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

// Values of one more parameter, over which the prediction is shown.
struct Series {
  std::string pointer;
  std::vector<std::string> values;
};

struct Claim {
  std::string name;
  std::string claim;  // in words
  std::string source;
  std::string kernel;  // a kernel profile; empty: that of the scenario
  std::string metric;
  double published;
  double tolerance_percent;  // of the published value, or
  double tolerance;          // in its unit
  std::string reason;        // for the tolerance
  std::string fitted;        // what was fitted to it, or chosen so as to meet it; empty: it is a prediction
  Comparison comparison;
  Relation relation;
  Verdict expected;
  std::string explanation;    // of a known failure
  std::int64_t replications;  // at least, where single runs differ much
  Variant variant;
  std::optional<Variant> against;
  std::optional<Series> series;
  // What the source does not state, and other values that it may have had: where these change the verdict of
  // a prediction, it is none.
  std::vector<Series> unstated;

  double allowed() const { return tolerance_percent > 0 ? published * tolerance_percent / 100 : tolerance; }
};

// A row of what was published: the claims that simulate it, or why none does.
struct PublishedRow {
  std::string section;  // of the sources
  std::string row;
  std::vector<std::string> claims;
  std::string why;  // empty where there are claims
};

// Where there are rows, every claim is of one at least.
struct Suite {
  std::vector<Claim> claims;
  std::vector<PublishedRow> rows;

  std::size_t simulated_rows() const;
};

// The suite that comes with the simulator.
std::filesystem::path default_suite();

// Throws InputError with every problem, those of the scenarios included.
Suite load_suite(const std::filesystem::path& path);

struct SeriesPoint {
  std::string pointer;
  std::string value;
  bool unstated;
  std::string failure;  // of a run, if any
  Estimate predicted;
  Verdict verdict;
};

struct ClaimOutcome {
  Claim claim;
  std::string failure;  // of a run, if any: then nothing is predicted
  Estimate predicted{};
  Verdict verdict = Verdict::missed;
  std::vector<SeriesPoint> series;

  double error() const { return predicted.mean - claim.published; }
  bool as_expected() const { return failure.empty() && verdict == claim.expected; }
  // Of a prediction whose verdict hangs on what the source does not state, as far as that was simulated.
  std::vector<SeriesPoint> chosen_points() const;
};

struct ValidationRun {
  std::vector<ClaimOutcome> outcomes;
  bool interrupted = false;
};

// Simulates every variant of `claims`, `replications` times or as often as the claim asks for, with common
// random numbers, and compares. Series, what is unstated among them, only if asked for.
ValidationRun validate(const std::vector<Claim>& claims, std::size_t replications, std::size_t jobs,
                       bool with_series);

}  // namespace ktlssim
