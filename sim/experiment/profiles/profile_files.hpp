// Where profiles lie, and which file a reference means.
//
// A reference is a name or a path. The profile NAME is the file NAME.json in profiles/hosts, profiles/drivers or
// profiles/kernels of a data directory: those that $KTLSSIM_DATA lists (parted by colons), first to last, then the one
// that comes with the simulator. What has a slash or ends in ".json" is a path, relative to the file that says it.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ktlssim {

// `steps` are no profile: hosts are composed of them.
enum class ProfileKind { host, driver, kernel, steps };
inline constexpr ProfileKind kProfileKinds[]{ProfileKind::host, ProfileKind::driver, ProfileKind::kernel};
std::string_view name(ProfileKind kind);

// In the order in which they are searched; they need not exist.
std::vector<std::filesystem::path> profile_directories(ProfileKind kind);

// Those that $KTLSSIM_DATA lists and that are no directories: it is probably misspelt.
std::vector<std::filesystem::path> missing_data_directories();

// What comes with the simulator: the last of them, unless it is listed before.
std::filesystem::path shipped_profiles(ProfileKind kind);

// Sorted, each once.
std::vector<std::string> profile_names(ProfileKind kind);

bool is_profile_path(std::string_view reference);

// The file that `reference` means in a file of `directory`; nothing if there is none. A name passes over the files
// `without`: a profile may change one of its own name.
std::optional<std::filesystem::path> find_profile(ProfileKind kind, const std::string& reference,
                                                  const std::filesystem::path& directory = {},
                                                  std::span<const std::filesystem::path> without = {});

// For a reference that find_profile() does not find: what there is, and what was probably meant.
std::string no_such_profile(ProfileKind kind, const std::string& reference, const std::filesystem::path& directory);

}  // namespace ktlssim
