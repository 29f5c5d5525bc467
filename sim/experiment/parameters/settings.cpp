#include "sim/experiment/parameters/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "models/kernel_profile.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kMaxGap = 1000;  // elements that a list may lack before the one that is written

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
    case ParameterType::list:
    case ParameterType::integer:
    case ParameterType::number:
    case ParameterType::flag:
    case ParameterType::quantity:
      break;
  }
  return false;
}

Json parse_value(const Parameter& parameter, const std::string& value) {
  if (is_bare_text(parameter, value)) return value;
  Problems not_json;
  std::optional<Json> json = parse_json(value, "--set", not_json);
  return json ? std::move(*json) : Json(value);
}

// Where a pointer stands in a scenario of canonical pointers.
bool is_profile(const std::string& pointer) {
  constexpr std::string_view kList = "/other_drivers/";
  return pointer == "/kernel" || pointer == "/host" || pointer == "/driver" ||
         (pointer.starts_with(kList) && pointer.find('/', kList.size()) == std::string::npos);
}

// What stands for a value that is yet to be made.
Json unnamed(const std::string& pointer) {
  if (pointer == "/other_drivers" || pointer == "/session_groups") return Json::array();
  return pointer == "/kernel" ? Json::object({{"profile", kDefaultKernel}}) : Json::object();
}

// The member or element `key` of `parent`, which is null until it is written; null where there can be none.
Json* place(Json& parent, const std::string& key) {
  if (parent.is_object()) return &parent[key];
  if (!parent.is_array()) return nullptr;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  if (error != std::errc() || end != key.data() + key.size() || index > parent.size() + kMaxGap) return nullptr;
  while (parent.size() <= index) parent.push_back(nullptr);  // whoever reads it complains of what was left out
  return &parent[index];
}

}  // namespace

std::string assign(Json& scenario, const std::string& given, Json value) {
  const std::string pointer = canonical_pointer(given);
  Json* parent = &scenario;
  for (std::size_t begin = 1;;) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    Json* const here = place(*parent, pointer.substr(begin, end - begin));
    if (here == nullptr) return pointer;  // something on the way is no group, which the reader complains of
    if (end == pointer.size()) {
      *here = std::move(value);
      return pointer;
    }
    const std::string group = pointer.substr(0, end);
    if (here->is_null()) *here = unnamed(group);
    if (is_profile(group) && here->is_string()) *here = Json::object({{"profile", *here}});
    parent = here;
    begin = end + 1;
  }
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
    origins.mark_set(assign(scenario, pointer, parse_value(*parameter, value)));
  }
}

}  // namespace ktlssim
