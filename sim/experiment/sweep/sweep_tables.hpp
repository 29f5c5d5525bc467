// A sweep's tables as CSV (RFC 4180): a header, then rows in the order of points and replications. Cells
// without a value are empty.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/experiment/statistics/steadiness.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// A replication that ended, and where.
struct SweepRun {
  RunResult result;
  std::string host;
  Steadiness steadiness = {};
};

// Number point * replications + replication; null where it is missing. Pointers, because there may be millions: what is
// alike is held once.
using SweepRuns = std::vector<std::shared_ptr<const SweepRun>>;

// By point, where it was asked for: "metrics", which by name have `known_median`, `known90` and `known50`, null where the
// machines give none.
using SweepKnown = std::map<std::size_t, Json>;

// Of the replications of one point; without intervals of what grows in any of them.
Summary summary_of_point(std::span<const std::shared_ptr<const SweepRun>> runs);

std::string points_csv(const Sweep& sweep);
std::string runs_csv(const Sweep& sweep, const SweepRuns& runs);
std::string timing_csv(const Sweep& sweep, const SweepRuns& runs);
// With columns of what is not known where `known` has any point.
std::string summary_csv(const Sweep& sweep, const SweepRuns& runs, const SweepKnown& known = {});

}  // namespace ktlssim
