// A sweep's tables as CSV (RFC 4180): a header, then rows in the order of points and replications. Cells
// without a value are empty.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/experiment/statistics/steadiness.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/experiment/text/file_in_parts.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// A replication that ended, and where.
struct SweepRun {
  RunResult result;
  std::string host;
  Steadiness steadiness = {};
};

// Those of a point, by number; nothing where one is missing.
using RunsOfPoint = std::vector<std::optional<SweepRun>>;

// Without intervals of what grows in any of them.
Summary summary_of_point(const RunsOfPoint& runs);

std::string points_csv(const Sweep& sweep);

// runs.csv, timing.csv and summary.csv. They are written point by point, and what was said of a point is forgotten: there
// may be a hundred thousand.
class SweepTables {
 public:
  // Begins them in `directory`; summary.csv with columns of what is not known, if `with_known`. Throws std::system_error,
  // here and below. Precondition: `sweep` outlives this.
  SweepTables(const std::filesystem::path& directory, const Sweep& sweep, bool with_known);

  // Point after point. `known`: "metrics", which by name have `known_median`, `known90` and `known50`, null where the
  // machines give none; nothing where it was not asked for.
  void add(std::size_t point, const RunsOfPoint& runs, const std::optional<Json>& known);
  // They are whole: they take their names.
  void commit();

 private:
  // `number_cells`: its point and replication; `asked_cells`: what varies, and the seed.
  void add_run(const std::string& number_cells, const std::string& asked_cells, const SweepRun& run);
  std::size_t column(const std::string& metric);

  const Sweep& sweep_;
  bool with_known_;
  FileInParts runs_;
  FileInParts timing_;
  FileInParts summary_;
  LinesAside rows_;                                         // of runs.csv: how many cells of metrics a row has, and the row
  std::vector<std::string> metrics_;                        // in the order in which they first appear
  std::unordered_map<std::string, std::size_t> column_of_;  // of a metric
};

}  // namespace ktlssim
