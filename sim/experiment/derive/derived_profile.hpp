// A profile that changes another by costs which its user measured.
#pragma once

#include <filesystem>
#include <string>

#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// The profile that `reference` means, complete. Throws InputError.
Json complete_profile(ProfileKind kind, const std::string& reference);

// What a file in `directory` says that changes the profile `from` (a name, or a path from the current directory) by the
// steps of `table`. What was not measured stays with `from`. Throws InputError, for values out of range as well.
Json with_measured_steps(ProfileKind kind, const std::string& from, const std::filesystem::path& table,
                         const std::filesystem::path& directory);

}  // namespace ktlssim
