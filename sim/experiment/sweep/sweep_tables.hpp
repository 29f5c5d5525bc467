// A sweep's tables as CSV (RFC 4180): a header, then rows in the order of points and replications. Cells
// without a value are empty.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/statistics/steadiness.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// A replication that ended, and where.
struct SweepRun {
  RunResult result;
  std::string host;
  Steadiness steadiness = {};
};

// Number point * replications + replication; nothing where it is missing.
using SweepRuns = std::vector<std::optional<SweepRun>>;

std::string points_csv(const Sweep& sweep);
std::string runs_csv(const Sweep& sweep, const SweepRuns& runs);
std::string timing_csv(const Sweep& sweep, const SweepRuns& runs);
std::string summary_csv(const Sweep& sweep, const SweepRuns& runs);

}  // namespace ktlssim
