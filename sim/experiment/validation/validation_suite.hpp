// A suite: a JSON file of claims, published measurements that the model is held against.
//
// Each names a scenario (relative to the suite), settings on top of it, a
// metric, the published value with its source, the tolerance with a reason, whether a parameter was fitted to
// it, and the verdict that is expected: a known failure carries its explanation, so that a change is noticed
// in both directions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "sim/experiment/run/variant_runs.hpp"

namespace ktlssim {

// What is compared with the published value: the metric, or its ratio or difference to that of a second
// variant.
enum class Comparison { value, ratio, difference };
inline constexpr std::array<std::string_view, 3> kComparisonNames{"value", "ratio", "difference"};
inline std::string_view name(Comparison comparison) { return kComparisonNames[static_cast<std::size_t>(comparison)]; }
// `below`: the published value is a limit.
enum class Relation { equal, below };
inline constexpr std::array<std::string_view, 2> kRelationNames{"equal", "below"};
inline std::string_view name(Relation relation) { return kRelationNames[static_cast<std::size_t>(relation)]; }
enum class Verdict { met, missed };
inline constexpr std::array<std::string_view, 2> kVerdictNames{"met", "missed"};
inline std::string_view name(Verdict verdict) { return kVerdictNames[static_cast<std::size_t>(verdict)]; }

// Values of one more parameter, over which the prediction is shown.
struct Series {
  std::string pointer;
  std::vector<std::string> values;
};

// What would bring a missed claim nearer to the published value, if the machine had it.
struct Mechanism {
  std::string words;
  std::vector<std::string> sets;  // that make the model have it
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
  std::vector<Mechanism> mechanisms;  // that the explanation names
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

void describe(ParameterVisitor& visitor, Claim& claim);
void describe(ParameterVisitor& visitor, PublishedRow& row);

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

}  // namespace ktlssim
