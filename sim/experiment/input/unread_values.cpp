#include "sim/experiment/input/unread_values.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ktlssim {

namespace {

std::string group_of(const std::string& pointer) { return pointer.substr(0, pointer.rfind('/')); }

const Json* find(const Json& json, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  return json.contains(place) ? &json.at(place) : nullptr;
}

// "expected" of a step is words to a reader.
bool says_something_only(const Parameter& parameter) {
  return parameter.type == ParameterType::text && parameter.in_profile();
}

// Whether the group of a parameter is written out in full, as a result's scenario is.
bool is_written_out(const Json& json, const std::string& group, std::span<const Parameter> parameters) {
  return std::all_of(parameters.begin(), parameters.end(), [&](const Parameter& parameter) {
    return group_of(parameter.pointer) != group || parameter.type == ParameterType::group || parameter.optional ||
           find(json, parameter.pointer) != nullptr;
  });
}

bool is_default(const Parameter& parameter, const Json& value) {
  if (parameter.fallback.empty()) return value.is_object();  // a value of a profile, with its source
  const Json fallback = Json::parse(parameter.fallback);
  return value.is_number() && fallback.is_number() ? value.get<double>() == fallback.get<double>()
                                                   : value == fallback;
}

}  // namespace

std::vector<GivenValue> given_values(const Json& scenario, std::span<const Parameter> parameters) {
  std::vector<GivenValue> all;
  if (!scenario.is_object()) return all;
  std::string group = "/";
  bool written_out = false;
  for (const Parameter& parameter : parameters) {
    if (parameter.readers.empty() || parameter.type == ParameterType::group ||
        parameter.type == ParameterType::profile || says_something_only(parameter))
      continue;
    const Json* const value = find(scenario, parameter.pointer);
    if (value == nullptr) continue;
    if (group_of(parameter.pointer) != group) {
      group = group_of(parameter.pointer);
      written_out = is_written_out(scenario, group, parameters);
    }
    // What /ktls leaves out is as the kernel has it, so that a default says nothing there.
    const bool as_written_out = written_out && (group == "/ktls" || is_default(parameter, *value));
    if (!as_written_out) all.push_back({&parameter, *value});
  }
  return all;
}

Problem unread_value(const GivenValue& given, std::string file, const Scenario& of) {
  const Readers* const readers = unmet(*given.parameter, of);
  return {std::move(file), given.parameter->pointer, short_text(given.value),
          fmt::format("has no effect here: it is read by {}", readers->who)};
}

std::vector<Problem> unread_values(const Json& json, const Origins& origins, const Scenario& scenario) {
  const std::vector<Parameter> parameters = scenario_parameters();
  std::vector<Problem> all;
  for (const GivenValue& given : given_values(json, parameters))
    if (unmet(*given.parameter, scenario) != nullptr)
      all.push_back(unread_value(given, origins.file(given.parameter->pointer), scenario));
  return all;
}

}  // namespace ktlssim
