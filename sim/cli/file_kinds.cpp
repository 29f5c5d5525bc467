#include "sim/cli/file_kinds.hpp"

#include <algorithm>
#include <array>

#include "sim/cli/kernel_warning.hpp"
#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/fit/fit_schema.hpp"
#include "sim/experiment/input/profiles.hpp"
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

constexpr std::array<FileKind, 9> kKinds{{
    {"scenario", "a machine, its load and what is measured", scenario_schema,
     [](const Path& path, const Sets& sets) { warn_of_kernel(load_scenario(path, sets), path.string() + ": "); }},
    {"sweep", "a scenario with parameters varied", sweep_schema,
     [](const Path& path, const Sets&) { load_sweep(path); }},
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
    {"twin", "conditions of the twin", twin_schema, [](const Path& path, const Sets&) { load_twin_settings(path); }},
    {"influences", "what has most influence on the claims of a suite", influences_schema,
     [](const Path& path, const Sets&) { load_influences(path, load_suite(default_suite())); }},
}};

const FileKind& kind(std::string_view name) { return *std::ranges::find(kKinds, name, &FileKind::name); }

// Claims by name, each with a list of changes.
bool maps_claims(const Json& json) {
  return json.is_object() && std::ranges::any_of(json, [](const Json& value) {
           return value.is_array() && !value.empty() && value.front().is_object() && value.front().contains("change");
         });
}

}  // namespace

std::span<const FileKind> file_kinds() { return kKinds; }

const FileKind& kind_of_file(const std::filesystem::path& path) {
  Problems unreadable;
  const std::optional<Json> json = read_json_file(path, unreadable);
  const auto has = [&](const char* key) { return json && json->is_object() && json->contains(key); };
  if (has("conditions")) return kind("twin");
  if (json && maps_claims(*json)) return kind("influences");
  if (has("host") || has("driver")) return kind("scenario");
  if (has("parameters")) return kind(has("claims") || json->at("parameters").is_array() ? "fit" : "sweep");
  if (has("claims") || has("rows")) return kind("suite");
  if (has("scenario") || has("constraint")) return kind("sweep");
  if (has("kind") || has("ciphers") || has("device")) return kind("driver");
  if (has("drivers")) return kind("kernel");
  if (has("cpus") || has("scheduler") || has("tcp")) return kind("host");
  return kind("scenario");
}

}  // namespace ktlssim
