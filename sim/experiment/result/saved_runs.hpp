// The replications that a directory of results holds, whole: to be compared, and to be added to.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "models/scenario.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

struct SavedRuns {
  Scenario scenario;  // with the window that was measured
  Json asked;         // what the scenario was before its window was found
  Experiment experiment;
  std::string git;  // of what simulated it
};

// `asked`: the scenario with its window open, where it was.
void write_saved_runs(const OutputDirectory& out, const Scenario& asked, const Scenario& scenario,
                      const Experiment& experiment);

bool has_saved_runs(const std::filesystem::path& directory);
// Throws InputError if there are none, or the file is damaged.
SavedRuns read_saved_runs(const std::filesystem::path& directory);

// Those of the same scenario, to go on with; nothing if the directory holds none. Throws InputError if they are of
// another scenario or build.
std::optional<SavedRuns> saved_runs_of(const Scenario& asked, const std::filesystem::path& directory);

}  // namespace ktlssim
