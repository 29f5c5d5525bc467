#include "sim/experiment/fit/fitted_profiles.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

bool is_shipped(const ProfileValue& value) {
  std::error_code error;
  return std::filesystem::equivalent(value.file.parent_path(), shipped_profiles(value.kind), error);
}

}  // namespace

void check_place(const std::vector<ProfileValue>& values, const FittedProfilesPlace& place) {
  Problems problems;
  std::set<std::filesystem::path> seen;
  for (const ProfileValue& value : values) {
    if (!seen.insert(value.file).second) continue;
    if (value.file.empty())
      problems.add("", value.pointer, "", "cannot be written: the claim's scenario has a profile of its own");
    else if (!place.directory && !place.over_shipped && is_shipped(value))
      problems.add(value.file.string(), "", "",
                   "comes with the simulator: give --out DIR, or --force to write over it");
  }
  problems.throw_if_any();
}

std::filesystem::path target_of(const ProfileValue& value, const FittedProfilesPlace& place) {
  if (!place.directory) return value.file;
  return *place.directory / "profiles" / fmt::format("{}s", name(value.kind)) / value.file.filename();
}

void add_fitted(const std::vector<ProfileValue>& values, const FittedProfilesPlace& place,
                std::map<std::filesystem::path, std::string>& begun) {
  for (const ProfileValue& value : values) {
    std::string& text = begun[target_of(value, place)];
    if (text.empty()) {
      std::ifstream file(value.file);
      text.assign(std::istreambuf_iterator<char>(file), {});
    }
    text = with_quantity(text, value.pointer, value.fitted);
  }
}

}  // namespace ktlssim
