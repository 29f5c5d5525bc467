// From a scenario's file and the command line's `--set` to a Scenario that can be simulated.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "models/scenario.hpp"
#include "sim/experiment/json_file.hpp"

namespace ktlssim {

// Reads the file, applies `sets` in order, fills in defaults, checks that everything fits together. Each set
// is
// "/json/pointer=VALUE" with VALUE as JSON, or as it stands where a text, a choice or a profile's name is
// wanted. Throws InputError with every problem found.
Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> sets = {});

// The same from JSON at hand; `file` is what problems call it.
Scenario read_scenario(Json json, const std::string& file, std::span<const std::string> sets = {});

}  // namespace ktlssim
