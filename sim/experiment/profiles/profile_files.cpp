#include "sim/experiment/profiles/profile_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <set>
#include <system_error>

#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/shipped.hpp"

namespace ktlssim {

namespace fs = std::filesystem;

namespace {

constexpr std::array<std::string_view, 4> kNames{"host", "driver", "kernel", "step"};  // in the order of ProfileKind

bool is_file(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) && !fs::is_directory(path, error);
}

bool is_among(const fs::path& path, std::span<const fs::path> files) {
  std::error_code error;
  return std::ranges::any_of(files, [&](const fs::path& file) { return fs::equivalent(path, file, error); });
}

std::vector<fs::path> listed_data_directories() {
  std::vector<fs::path> all;
  const char* const given = std::getenv("KTLSSIM_DATA");
  for (std::string_view left = given != nullptr ? given : ""; !left.empty();) {
    const std::string_view one = left.substr(0, left.find(':'));
    left.remove_prefix(std::min(one.size() + 1, left.size()));
    if (!one.empty()) all.emplace_back(one);
  }
  return all;
}

}  // namespace

std::string_view name(ProfileKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

fs::path shipped_profiles(ProfileKind kind) {
  return shipped_directory("profiles") / fmt::format("{}s", name(kind));
}

std::vector<fs::path> missing_data_directories() {
  std::vector<fs::path> missing = listed_data_directories();
  std::error_code error;
  std::erase_if(missing, [&](const fs::path& one) { return fs::is_directory(one, error); });
  return missing;
}

std::vector<fs::path> profile_directories(ProfileKind kind) {
  std::vector<fs::path> all = listed_data_directories();
  for (fs::path& one : all) one = one / "profiles" / fmt::format("{}s", name(kind));
  const fs::path shipped = shipped_profiles(kind);
  if (!is_among(shipped, all)) all.push_back(shipped);
  return all;
}

std::vector<std::string> profile_names(ProfileKind kind) {
  std::set<std::string> names;
  for (const fs::path& directory : profile_directories(kind)) {
    std::error_code error;
    for (fs::directory_iterator file(directory, error), end; !error && file != end; file.increment(error)) {
      const fs::path& path = file->path();
      if (path.extension() == ".json" && !path.stem().empty()) names.insert(path.stem().string());
    }
  }
  return {names.begin(), names.end()};
}

bool is_profile_path(std::string_view reference) {
  return reference.find('/') != std::string_view::npos || reference.ends_with(".json");
}

std::optional<fs::path> find_profile(ProfileKind kind, const std::string& reference, const fs::path& directory,
                                     std::span<const fs::path> without) {
  if (is_profile_path(reference)) {
    fs::path path = directory / reference;
    return is_file(path) ? std::optional(std::move(path)) : std::nullopt;
  }
  if (reference.empty() || reference.find('\0') != std::string::npos) return std::nullopt;
  for (const fs::path& searched : profile_directories(kind)) {
    fs::path path = searched / (reference + ".json");
    if (is_file(path) && !is_among(path, without)) return path;
  }
  return std::nullopt;
}

std::string no_such_profile(ProfileKind kind, const std::string& reference, const fs::path& directory) {
  if (is_profile_path(reference)) {
    const fs::path path = directory / reference;
    return fmt::format("{}: {}, a path to a {} profile", fs::is_directory(path) ? "a directory" : "no such file", path.string(),
                       name(kind));
  }
  const std::vector<std::string> names = profile_names(kind);
  if (names.empty())
    return fmt::format("no such {} profile: there are none in {}", name(kind), shipped_profiles(kind).string());
  return fmt::format("no such {} profile (there are: {}){}", name(kind), fmt::join(names, ", "),
                     did_you_mean(reference, names));
}

}  // namespace ktlssim
