// The points of a sweep's directory, each as an experiment: to be laid beside those of another.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

struct SavedPoint {
  std::string settings;  // what varies, by pointer: "/ktls/workers=4 /workload/sessions=8"; the same in any sweep
  Scenario scenario;
  Experiment experiment;  // of the replications that ended; steady as far as each was judged alone
};

bool has_saved_points(const std::filesystem::path& directory);
// In their order; those without any replication are left out, and points and replications whose files are damaged, which go
// to `damaged`. Throws InputError if it is no sweep's directory.
std::vector<SavedPoint> read_saved_points(const std::filesystem::path& directory, std::set<std::string>& damaged);

}  // namespace ktlssim
