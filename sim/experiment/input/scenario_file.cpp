#include "sim/experiment/input/scenario_file.hpp"

#include <fmt/format.h>

#include "models/caches.hpp"
#include "sim/experiment/input/kernel_defaults.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_checks.hpp"
#include "sim/experiment/input/unread_values.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/parameters/settings.hpp"

namespace ktlssim {

namespace {

// Profiles may be told by name only, so a file that lacks one is told which names there are.
const Json* profile_said(const Json& json, const std::string& key, ProfileKind kind, const Origins& origins,
                         Problems& problems) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  if (found != json.end()) return &*found;
  const std::string pointer = child_pointer("", key);
  problems.add(
      origins.file(pointer), pointer, "",
      fmt::format("missing: the name of a profile; there are: {}", fmt::join(profile_names(kind), ", ")));
  return nullptr;
}

void check_schema_key(const Json& json, const Origins& origins, Problems& problems) {
  if (!json.is_object()) return;
  const auto found = json.find("$schema");
  if (found != json.end() && !found->is_string())
    problems.add(origins.file("/$schema"), "/$schema", short_text(*found), "expected a string");
}

// A member that may be left out: then it is empty.
Json::array_t find_array(const Json& json, const std::string& key, const std::string& expected,
                         const Origins& origins, Problems& problems) {
  if (!json.is_object() || !json.contains(key)) return {};
  const Json& list = json.at(key);
  if (list.is_array()) return list.get<Json::array_t>();
  problems.add(origins.file('/' + key), '/' + key, short_text(list), "expected an array of " + expected);
  return {};
}

void read_other_drivers(const Json& json, const Origins& origins, Problems& problems, Scenario& scenario) {
  const Json::array_t list =
      find_array(json, "other_drivers", "driver profiles, each a name or an object", origins, problems);
  scenario.other_drivers.resize(list.size());
  for (std::size_t i = 0; i < list.size(); ++i)
    read_driver(list[i], fmt::format("/other_drivers/{}", i), origins, problems, scenario.other_drivers[i]);
}

void read_session_groups(const Json& json, const Origins& origins, Problems& problems, Scenario& scenario) {
  const Json::array_t list =
      find_array(json, "session_groups", "{sessions, version, cipher}", origins, problems);
  scenario.session_groups.resize(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    ParameterReader reader(list[i], fmt::format("/session_groups/{}", i), origins, problems);
    describe(reader, scenario.session_groups[i]);
    reader.finish();
  }
}

// Problems call values as the file does.
void throw_as_given(const Problems& problems, const ListNames& names) {
  Problems given;
  for (const Problem& problem : problems.list())
    given.add(problem.file, pointer_as_given(problem.pointer, names), problem.value, problem.message);
  given.throw_if_any();
}

// Who says nothing of the window measures until the means may be believed.
bool leaves_window_open(const Json& json) {
  if (!json.is_object()) return false;
  if (!json.contains("measure")) return true;
  const Json& measure = json.at("measure");
  if (!measure.is_object() || measure.contains("duration_ms")) return false;
  return measure.contains("warmup") ? measure.at("warmup") == name(Warmup::automatic) : !measure.contains("warmup_ms");
}

Scenario read(const Json& json, const std::string& file, const Origins& origins, Problems& problems,
              const ListNames& names) {
  Scenario scenario{};
  ParameterReader reader(json, "", origins, problems,
                         {"$schema", "kernel", "host", "driver", "other_drivers", "session_groups"});
  describe(reader, scenario);
  reader.finish();
  check_schema_key(json, origins, problems);
  if (const Json* host = profile_said(json, "host", ProfileKind::host, origins, problems))
    read_host(*host, "/host", origins, problems, scenario.host);
  if (const Json* driver = profile_said(json, "driver", ProfileKind::driver, origins, problems))
    read_driver(*driver, "/driver", origins, problems, scenario.driver);
  read_kernel(json.is_object() && json.contains("kernel") ? json.at("kernel") : Json(kDefaultKernel), "/kernel",
              origins, problems, scenario.kernel);
  read_other_drivers(json, origins, problems, scenario);
  read_session_groups(json, origins, problems, scenario);
  if (problems.size() == 0) apply_kernel(json, scenario);
  if (leaves_window_open(json)) {
    scenario.measure.warmup = Warmup::automatic;
    scenario.measure.duration_ms = 0;
  }
  if (scenario.driver.traits().encrypts_in_nic && scenario.ktls.mode != KtlsMode::userland) scenario.ktls.mode = KtlsMode::ifnet;
  if (scenario.name.empty()) scenario.name = std::filesystem::path(file).stem().string();

  if (problems.size() == 0) add_uncomposed(compose_for_caches(scenario), "/host", origins, problems);
  check_scenario(scenario, origins, problems);
  throw_as_given(problems, names);
  return scenario;
}

}  // namespace

Scenario read_scenario(Json json, const std::string& file, std::span<const std::string> sets,
                       std::vector<Problem>* unread) {
  Problems problems;
  Origins origins(file, Origins::Kind::scenario);
  ListNames names;
  if (json.is_object()) {
    names = unify_lists(json, origins, problems);
    apply_settings(sets, json, origins, problems);
  }
  Scenario scenario = read(json, file, origins, problems, names);
  if (unread != nullptr) *unread = unread_values(json, origins, scenario);
  return scenario;
}

Scenario read_scenario(Json json, const std::string& file, std::span<const Assignment> values,
                       const std::string& from, std::vector<Problem>* unread) {
  Problems problems;
  Origins origins(file, Origins::Kind::scenario);
  ListNames names;
  if (json.is_object()) {
    names = unify_lists(json, origins, problems);
    for (const Assignment& assignment : values)
      origins.mark_set(assign(json, assignment.pointer, assignment.value), from);
  }
  Scenario scenario = read(json, file, origins, problems, names);
  if (unread != nullptr) *unread = unread_values(json, origins, scenario);
  return scenario;
}

Scenario load_scenario(const std::filesystem::path& path, std::span<const std::string> sets,
                       std::vector<Problem>* unread) {
  Problems problems;
  std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  return read_scenario(std::move(*json), input_name(path), sets, unread);
}

std::optional<std::filesystem::path> profile_file_of(const std::filesystem::path& scenario,
                                                     std::span<const std::string> sets, ProfileKind kind) {
  Problems problems;
  std::optional<Json> json = read_json_file(scenario, problems);
  problems.throw_if_any();
  if (!json->is_object()) return std::nullopt;
  Origins origins(input_name(scenario), Origins::Kind::scenario);
  unify_lists(*json, origins, problems);
  apply_settings(sets, *json, origins, problems);
  problems.throw_if_any();
  const std::string key(name(kind));
  const auto said = json->find(key);
  if (said == json->end()) return std::nullopt;
  std::string pointer = child_pointer("", key);
  const Json* reference = &*said;
  if (said->is_object() && said->contains("profile")) {
    reference = &said->at("profile");
    pointer = child_pointer(pointer, "profile");
  }
  if (!reference->is_string()) return std::nullopt;
  return find_profile(kind, reference->get<std::string>(), origins.directory(pointer));
}

}  // namespace ktlssim
