// Puts the parts of a sweep together that were simulated in several directories.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sim/experiment/sweep/sweep_directory.hpp"

namespace ktlssim {

struct MergedSweeps {
  SweepCounts counts;
  std::set<std::string> damaged;  // files that count as missing
};

// Takes into `target`, which may be new, the replications that it lacks, or that failed there, from `others`,
// and makes its tables. Throws InputError, before anything is written, if a directory is of another sweep,
// version or seed, or if two of them have different results of one replication.
MergedSweeps merge_sweeps(const std::filesystem::path& target,
                         const std::vector<std::filesystem::path>& others, const std::string& command_line,
                         const SweepStage& stage = {});

}  // namespace ktlssim
