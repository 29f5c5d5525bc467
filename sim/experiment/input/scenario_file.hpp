// From a scenario's file and the command line's `--set` to a Scenario that can be simulated.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Reads the file, applies `sets` in order, fills in defaults, checks that everything fits together. Each set
// is
// "/json/pointer=VALUE" with VALUE as JSON, or as it stands where a text, a choice or a profile's name is
// wanted. Throws InputError with every problem found. What was given and has no effect (unread_values.hpp) goes to
// `unread`, if that is not null.
Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> sets = {},
                       std::vector<Problem>* unread = nullptr);

// The file of the profile that the scenario, changed by `sets`, refers to; nothing where it has one of its own. Throws
// InputError if the scenario cannot be read.
std::optional<std::filesystem::path> profile_file_of(const std::filesystem::path& scenario,
                                                     std::span<const std::string> sets, ProfileKind kind);

// A value to be written at the pointer of a parameter.
struct Assignment {
  std::string pointer;
  Json value;
};

// Reads `json` (of the file `file`) with `values` written over it; they come from the file `from`, which
// problems with them name, at the pointer in the scenario. Throws InputError. `unread` as above.
Scenario read_scenario(Json json, const std::string& file, std::span<const Assignment> values,
                       const std::string& from, std::vector<Problem>* unread = nullptr);

// The same as load_scenario from JSON at hand; `file` is what problems call it.
Scenario read_scenario(Json json, const std::string& file, std::span<const std::string> sets = {},
                       std::vector<Problem>* unread = nullptr);

}  // namespace ktlssim
