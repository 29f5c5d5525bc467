#include "sim/experiment/parameters/settings.hpp"

#include <fmt/format.h>

#include "models/kernel_profile.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

// Text where text is wanted needs no quotes: a TLS version 1.3 is not a number, and a host is its name.
bool is_bare_text(const Parameter& parameter, const std::string& value) {
  const char first = value.empty() ? '\0' : value.front();
  switch (parameter.type) {
    case ParameterType::text:
    case ParameterType::choice:
      return first != '"';
    case ParameterType::profile:
      return first != '"' && first != '{';
    case ParameterType::group:
    case ParameterType::integer:
    case ParameterType::number:
    case ParameterType::flag:
    case ParameterType::quantity:
      break;
  }
  return false;
}

// What is no JSON is told so where it is meant to be a number, and is text elsewhere.
Json parse_value(const Parameter& parameter, const std::string& value, Problems& problems) {
  if (is_bare_text(parameter, value)) return value;
  Problems not_json;
  std::optional<Json> json = parse_json(value, "--set", not_json);
  if (json) return std::move(*json);
  const bool digits = value.find_first_of("0123456789") != std::string::npos &&
                      value.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (digits) problems.add("--set", parameter.pointer, value, not_json.list().front().message);
  return Json(value);
}

// What a scenario means that does not name the profile.
Json unnamed(const std::string& key, bool is_profile) {
  return is_profile && key == "kernel" ? Json::object({{"profile", kDefaultKernel}}) : Json::object();
}

// Null where something on the way is there and not an object, which the reader will complain about.
Json* member(Json& object, const std::string& key, bool is_profile) {
  auto found = object.find(key);
  if (found == object.end()) found = object.emplace(key, unnamed(key, is_profile)).first;
  if (is_profile && found->is_string()) *found = Json::object({{"profile", *found}});
  return found->is_object() ? &*found : nullptr;
}

}  // namespace

void assign(Json& scenario, const std::string& pointer, Json value) {
  Json* object = &scenario;
  std::size_t begin = 1;
  for (std::size_t slash = pointer.find('/', begin); slash != std::string::npos;
       slash = pointer.find('/', begin)) {
    const std::string key = pointer.substr(begin, slash - begin);
    const bool is_profile = object == &scenario && (key == "kernel" || key == "host" || key == "driver");
    object = member(*object, key, is_profile);
    if (!object) return;
    begin = slash + 1;
  }
  const std::string key = pointer.substr(begin);
  const auto found = object->find(key);
  if (found == object->end())
    object->emplace(key, std::move(value));
  else
    *found = std::move(value);
}

void apply_settings(std::span<const std::string> sets, Json& scenario, Origins& origins, Problems& problems) {
  if (sets.empty()) return;
  const std::vector<Parameter> parameters = scenario_parameters();
  for (const std::string& set : sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos) {
      problems.add("--set", "", short_text(Json(set)), "expected /json/pointer=VALUE");
      continue;
    }
    const std::string pointer = set.substr(0, equals);
    const std::string value = set.substr(equals + 1);
    const Parameter* parameter = find_parameter(parameters, pointer);
    if (!parameter) {
      problems.add("--set", pointer, short_text(Json(value)),
                   fmt::format("no such parameter; did you mean {}?", nearest_pointer(parameters, pointer)));
      continue;
    }
    const std::size_t before = problems.size();
    Json parsed = parse_value(*parameter, value, problems);
    if (problems.size() > before) continue;
    assign(scenario, pointer, std::move(parsed));
    origins.mark_set(pointer);
  }
}

}  // namespace ktlssim
