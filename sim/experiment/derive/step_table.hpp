// Costs that a user measured, as a table: CSV, a line `step,mean,unit`, then lines such as `ktls_frame_ns,62,ns`. `#`
// begins a comment. A step is called as `ktlssim profiles` calls it, with its group (`device.process_ns`) where its last
// name alone would be another's too. Units: ns or us, and ns/byte for what is per byte.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct MeasuredStep {
  std::string pointer;  // in the profile
  Json value;           // with its source: the table's name and line
};

// For `profile`, a complete one of this kind. Throws InputError with everything that is wrong; a table without a step is.
std::vector<MeasuredStep> read_steps(const std::filesystem::path& table, ProfileKind kind, const Json& profile);

// Writes them over values of a profile, complete or with groups yet to be made.
void apply_steps(const std::vector<MeasuredStep>& steps, Json& profile);

}  // namespace ktlssim
