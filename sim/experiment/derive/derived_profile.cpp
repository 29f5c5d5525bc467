#include "sim/experiment/derive/derived_profile.hpp"

#include <fmt/format.h>

#include "sim/experiment/derive/step_table.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/parameters/effective.hpp"

namespace ktlssim {

namespace {

// A name stays one; a path becomes relative to where the new file lies.
std::string reference_from(const std::filesystem::path& directory, const std::string& reference) {
  if (!is_profile_path(reference)) return reference;
  const std::filesystem::path path =
      std::filesystem::proximate(reference, directory.empty() ? std::filesystem::current_path() : directory);
  return path.is_absolute() ? path.string() : (std::filesystem::path(".") / path).string();
}

// Reads the profile as it would be from its file, which is not there yet.
void check_changes(ProfileKind kind, Json changes, const std::string& from, const std::string& file) {
  changes["profile"] = from;
  Problems problems;
  const Origins origins(file, Origins::Kind::profile);
  HostProfile host{};
  DriverProfile driver{};
  KernelProfile kernel{};
  if (kind == ProfileKind::host) read_host(changes, "", origins, problems, host);
  if (kind == ProfileKind::driver) read_driver(changes, "", origins, problems, driver);
  if (kind == ProfileKind::kernel) read_kernel(changes, "", origins, problems, kernel);
  problems.throw_if_any();
}

}  // namespace

Json complete_profile(ProfileKind kind, const std::string& reference) {
  switch (kind) {
    case ProfileKind::host:
      return profile_json(load_host_profile(reference));
    case ProfileKind::driver:
      return profile_json(load_driver_profile(reference));
    case ProfileKind::kernel:
    case ProfileKind::steps:
      break;
  }
  return profile_json(load_kernel_profile(reference));
}

Json with_measured_steps(ProfileKind kind, const std::string& from, const std::filesystem::path& table,
                         const std::filesystem::path& directory) {
  const Json base = complete_profile(kind, from);
  Json changes{
      {"description", fmt::format("{}, with steps that were measured: {}.", base.at("name").get<std::string>(),
                                  table.filename().string())},
      {"profile", reference_from(directory, from)}};
  apply_steps(read_steps(table, kind, base), changes);
  // The table is what a value out of range is to be looked for in; a path is relative to the current directory here.
  check_changes(kind, changes, from, table.filename().string());
  return changes;
}

}  // namespace ktlssim
