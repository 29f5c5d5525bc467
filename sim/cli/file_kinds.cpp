#include "sim/cli/file_kinds.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "sim/cli/kernel_warning.hpp"
#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/fit/fit_schema.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/input/schema.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"
#include "sim/experiment/sweep/sweep_schema.hpp"
#include "sim/experiment/validation/influence_file.hpp"
#include "sim/experiment/validation/suite_schema.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

namespace {

using Path = std::filesystem::path;
using Sets = std::vector<std::string>;

void check_scenario_file(const Path& path, const Sets& sets) {
  std::vector<Problem> unread;
  const Scenario scenario = load_scenario(path, sets, &unread);
  warn_of_unread(unread);
  warn_of_kernel(scenario, path.string() + ": ");
}

constexpr std::array<FileKind, 10> kKinds{{
    {"scenario", "a machine, its load and what is measured", scenario_schema, check_scenario_file},
    {"sweep", "a scenario with parameters varied", sweep_schema,
     [](const Path& path, const Sets&) { warn_of_unread(load_sweep(path).unread); }},
    {"fit", "parameters to be fitted to claims", fit_schema,
     [](const Path& path, const Sets&) { load_fit(path, load_suite(default_suite())); }},
    {"suite", "claims: published figures and how to simulate them", suite_schema,
     [](const Path& path, const Sets&) { load_suite(path); }},
    {"host", "a profile of a machine and its kernel's costs", host_schema,
     [](const Path& path, const Sets&) { check_host_file(path); }},
    {"driver", "a profile of a driver and its device", driver_schema,
     [](const Path& path, const Sets&) { check_driver_file(path); }},
    {"kernel", "a profile of a kernel: what differs from one FreeBSD to the next", kernel_schema,
     [](const Path& path, const Sets&) { check_kernel_file(path); }},
    {"steps", "what each step of a kernel does, of which hosts compose its costs", steps_schema,
     [](const Path& path, const Sets&) { check_steps_file(path); }},
    {"twin", "conditions of the twin", twin_schema, [](const Path& path, const Sets&) { load_twin_settings(path); }},
    {"influences", "what has most influence on the claims of a suite", influences_schema,
     [](const Path& path, const Sets&) { load_influences(path, load_suite(default_suite())); }},
}};

const FileKind& kind(std::string_view name) { return *std::ranges::find(kKinds, name, &FileKind::name); }

bool has_any(const Json& object, std::initializer_list<const char*> keys) {
  return std::ranges::any_of(keys, [&](const char* key) { return object.contains(key); });
}

// A profile that changes another is of its kind; `links` bounds how many lead there.
std::string_view kind_of_changes(const Json& json, const Path& directory, int links) {
  if (has_any(json, {"kind", "ciphers", "device", "ccr", "qat", "qat_ocf"})) return "driver";
  if (has_any(json, {"drivers"})) return "kernel";
  const Json& reference = json.at("profile");
  if (!reference.is_string() || links == 0) return "host";
  for (const ProfileKind candidate : kProfileKinds) {
    const auto file = find_profile(candidate, reference.get<std::string>(), directory);
    if (!file) continue;
    if (!is_profile_path(reference.get<std::string>())) return name(candidate);
    Problems unreadable;
    const std::optional<Json> base = read_json_file(*file, unreadable);
    if (base && base->is_object() && base->contains("profile"))
      return kind_of_changes(*base, file->parent_path(), links - 1);
    return kind_of_file(*file).name;
  }
  return "host";
}

// Claims by name, each with a list of changes.
bool maps_claims(const Json& json) {
  return json.is_object() && std::ranges::any_of(json, [](const Json& value) {
           return value.is_array() && !value.empty() && value.front().is_object() && value.front().contains("change");
         });
}

// Hosts have steps in groups; only the file of them has steps at its top.
bool has_steps(const Json& json) {
  return json.is_object() && std::ranges::any_of(kStepNames, [&](std::string_view step) { return json.contains(step); });
}

}  // namespace

std::span<const FileKind> file_kinds() { return kKinds; }

const FileKind& kind_of_file(const std::filesystem::path& path) {
  Problems unreadable;
  const std::optional<Json> json = read_json_file(path, unreadable);
  const auto has = [&](const char* key) { return json && json->is_object() && json->contains(key); };
  constexpr int kMaxLinks = 16;
  if (has("conditions")) return kind("twin");
  if (json && has_steps(*json)) return kind("steps");
  if (json && maps_claims(*json)) return kind("influences");
  if (has("host") || has("driver")) return kind("scenario");
  if (has("profile")) return kind(kind_of_changes(*json, path.parent_path(), kMaxLinks));
  if (has("parameters")) return kind(has("claims") || json->at("parameters").is_array() ? "fit" : "sweep");
  if (has("claims") || has("rows")) return kind("suite");
  if (has("scenario") || has("constraint")) return kind("sweep");
  if (has("kind") || has("ciphers") || has("device")) return kind("driver");
  if (has("drivers")) return kind("kernel");
  if (has("cpus") || has("scheduler") || has("tcp")) return kind("host");
  return kind("scenario");
}

}  // namespace ktlssim
