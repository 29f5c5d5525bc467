// A sweep: one scenario with some of its parameters varied. From the file to the points, all of them checked.
//
//   scenario               file of the scenario, relative to the sweep's own
//   replications           of every point; left out: 1, or as many as measure/relative_precision takes
//   common_random_numbers  true: every point has the scenario's seed; false: point K has that seed + K
//   parameters
//     grid    {POINTER: values, ...}   every combination
//     zip     {POINTER: values, ...}   in lockstep: all of the same length
//     list    [{POINTER: value, ...}]  one row after the other, all with the same pointers
//   constraint             a text or a list of them (expression.hpp): points that break one are left out
//
// `values` is a list, or {"linear": {"from", "to", "steps"}} or {"log": {...}}: `steps` values with both ends
// among them, rounded where the parameter is an integer. Points are numbered from 0: the first pointer of
// `grid` varies slowest, then the others, then `zip`, then `list`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "models/scenario.hpp"
#include "sim/experiment/input/scenario_file.hpp"

namespace ktlssim {

// Called now and then while many of something are gone through: what is counted, how many are done, of how many.
using SweepStage = std::function<void(std::string_view what, std::size_t done, std::size_t total)>;

// A directory, a table and a manifest hold so many; a larger study is several sweeps.
inline constexpr std::size_t kMaxPoints = 100000;
inline constexpr std::size_t kMaxRuns = 10'000'000;  // replications of all points, of which one process keeps account

struct SweepSettings {
  std::string name;
  std::string description;
  std::string scenario;
  std::int64_t replications;
  bool common_random_numbers;
};

void describe(ParameterVisitor& visitor, SweepSettings& settings);

// Without its scenario, which is larger still: Sweep::scenario() makes it.
struct SweepPoint {
  std::vector<Json> values;  // in the order of Sweep::parameters
  std::int64_t seed = 0;
  // How many replications: relative_precision, precision_metrics, min_ and max_replications, of which the last two are equal
  // where the number is fixed. Nothing else of it is kept.
  MeasureParameters measure{};
};

// Points in some ten bytes each: there may be a hundred thousand, every run is a fork of the process that holds them, and a fork
// takes longer the larger its parent is.
class PointList {
 public:
  void add(const SweepPoint& point);
  // Made anew each time.
  SweepPoint operator[](std::size_t point) const;
  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }

 private:
  std::string rows_;  // seed, values, and what ends its replications where that differs from the first point's; as CBOR
  std::vector<std::size_t> ends_;  // of the rows
  Json first_stopping_;
};

struct Sweep {
  SweepSettings settings;
  std::string file;
  std::string scenario_file;
  std::vector<std::string> parameters;  // pointers of what varies
  PointList points;
  Json base;                            // the scenario's file, which the values of a point are written over
  std::vector<Problem> unread;          // values that no point reads: nothing to stop at
  std::string id;  // the same for the same points in the same order, with the same seeds and replications

  // The values of a point with their pointers.
  std::vector<Assignment> settings_of(std::size_t point) const;
  // The base with these values.
  Scenario read_point(std::vector<Assignment> values) const;
  // That of a point. Precondition: load_sweep() made the sweep.
  Scenario scenario(std::size_t point) const;
  // Of the point that may have most.
  std::size_t replications() const { return static_cast<std::size_t>(settings.replications); }
  bool until_precise() const;
};

// Throws InputError with everything that is wrong with the file, its scenario and any of the points; a parameter
// that varies and that no point reads is among it.
Sweep load_sweep(const std::filesystem::path& path, const SweepStage& stage = {});

// The value in a cell of a table: text as it is, everything else as JSON.
std::string plain_value(const Json& value);

}  // namespace ktlssim
