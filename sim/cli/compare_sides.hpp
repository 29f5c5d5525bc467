// The sides of a comparison: read or loaded, and simulated with common random numbers.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/options.hpp"
#include "sim/experiment/run/comparison.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

inline constexpr std::size_t kMostSides = 20;

// "a", "b", ...: of its results in the directory of a comparison.
inline std::string side_name(std::size_t number) { return {static_cast<char>('a' + number)}; }

struct ComparedSide {
  std::string label;  // what the user called it
  Texts own = {};     // what only this side sets
  std::vector<Problem> unread = {};
  Scenario asked;     // with its window open, where it is
  Scenario scenario;
  Experiment experiment = {};
  RunRecord record = {};
  bool saved = false;  // and not to be simulated

  std::string name() const { return side_name(number); }
  std::size_t number = 0;
};

// What several verdicts of one metric have in common.
struct Judging {
  Pairing pairing;
  std::size_t comparisons;  // against the first

  std::string method() const;
};

using Compared = std::vector<std::vector<MetricComparison>>;  // by side, from the second on

// As the operands, --set, --set-a and --set-b say. Throws UsageError or InputError.
std::vector<ComparedSide> sides_of(const Values& values);

// Warns of what was set and `side` does not read; where both sides are of one file, of what neither reads.
void warn_of_unread(const ComparedSide& side, const ComparedSide* alike);

// Pairs have one seed. Scenarios are refused otherwise; results that are there have what they have.
Pairing pairing_of(const std::vector<ComparedSide>& sides);

// Goes on with the replications that DIR holds.
void resume(std::vector<ComparedSide>& sides, const std::filesystem::path& out);

// Finds common windows, so that pairs have common random numbers for as long as they can; then all sides, until there are
// `count` of each; or, where that is nothing, until their differences are precise. False if interrupted.
bool simulate_sides(std::vector<ComparedSide>& sides, std::optional<std::size_t> count, const Texts& metrics,
                    const Judging& judging, const Pool& pool);

Compared compare_sides(const std::vector<ComparedSide>& sides, const Texts& metrics, const Judging& judging);

}  // namespace ktlssim
