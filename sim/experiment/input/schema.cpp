#include "sim/experiment/input/schema.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include "models/scenario.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/parameters/schema_writer.hpp"

namespace ktlssim {

namespace {

// {"value", "source", "confidence"}; for a number that is not exact "low" and "high" with "prior" and "shares",
// and, for fitted values only, "fitted_to".
Json sourced_schema(SchemaWriter::Quantities quantities) {
  Json confidences = Json::array();
  for (const std::string_view name : kConfidenceNames)
    if (quantities != SchemaWriter::Quantities::sourced || name != kConfidenceNames.back())
      confidences.push_back(name);
  const Json text = {{"type", "string"}, {"pattern", "\\S"}};
  Json schema = closed_object();
  schema.at("properties") = {{"value", {{"type", Json::array({"number", "string", "boolean"})}}},
                             {"low", {{"type", "number"}}},
                             {"high", {{"type", "number"}}},
                             {"prior", {{"enum", kPriorLawNames}}},
                             {"shares", text},
                             {"source", text},
                             {"confidence", {{"enum", std::move(confidences)}}},
                             {"fitted_to", text}};
  schema.emplace("required", Json::array({"value", "source", "confidence"}));
  schema.emplace("dependencies", Json{{"low", {"high"}}, {"high", {"low"}}, {"prior", {"low"}}, {"shares", {"low"}}});
  schema.emplace("if", Json{{"properties", {{"confidence", {{"const", "fitted"}}}}}});
  schema.emplace("then", Json{{"required", Json::array({"fitted_to"})}});
  schema.emplace("else", Json{{"properties", {{"fitted_to", false}}}});
  return schema;
}

// A host without a core states the cost of each step; `host` is the schema of what it may state.
Json steps_stated(const Json& host) {
  Json groups = Json::object();
  Json names = Json::array();
  for (const auto& group : host.at("properties").items()) {
    if (!group.value().contains("properties") || group.key() == "steps") continue;
    Json required = Json::array();
    for (const auto& value : group.value().at("properties").items())
      if (std::find(kStepNames.begin(), kStepNames.end(), value.key()) != kStepNames.end())
        required.push_back(value.key());
    if (required.empty()) continue;
    names.push_back(group.key());
    groups[group.key()] = Json{{"required", std::move(required)}};
  }
  return {{"if", {{"not", {{"required", Json::array({"core"})}}}}},
          {"then", {{"required", std::move(names)}, {"properties", std::move(groups)}}}};
}

// What a complete profile of a kind has to state.
template <class Profile>
Json stated(const Json& allowed, Json required) {
  if constexpr (std::is_same_v<Profile, HostProfile>)
    return {{"allOf", Json::array({std::move(required), steps_stated(allowed)})}};
  else
    return required;
}

template <class Profile>
Json profile_schema(std::string_view meaning) {
  Profile profile{};
  SchemaWriter writer;
  const Json name = {{"type", "string"}, {"minLength", 1}};
  writer.put("profile", name);
  writer.put("name", name);
  describe(writer, profile);
  Json object = writer.take_allowed();
  object.emplace("if", Json{{"not", {{"required", Json::array({"profile"})}}}});
  Json then = stated<Profile>(object, writer.take_required());
  object.emplace("then", std::move(then));
  return {{"description", meaning}, {"anyOf", Json::array({name, std::move(object)})}};
}

// One of the list may stand for several.
Json drivers_schema() {
  Json driver = profile_schema<DriverProfile>("as /driver, the first of them; the others as /other_drivers");
  driver.at("anyOf").at(1).at("properties")["count"] = {{"type", "integer"}, {"minimum", 1}, {"maximum", 64}};
  return {{"description", "instead of /driver and /other_drivers"},
          {"type", "array"},
          {"minItems", 1},
          {"items", std::move(driver)}};
}

Json session_groups_schema() {
  SchemaWriter group;
  SessionGroup any_group{};
  describe(group, any_group);
  return {{"description", "the first sessions, group after group; those left over are as /tls says"},
          {"type", "array"},
          {"items", group.take_allowed()}};
}

template <class Profile>
Json profile_file_schema(std::string_view kind) {
  Profile profile{};
  SchemaWriter writer(SchemaWriter::Quantities::sourced);
  writer.put("profile", {{"type", "string"},
                         {"minLength", 1},
                         {"description", "a profile's name or path: this one is that, with the changes here"}});
  describe(writer, profile);
  Json schema = writer.take_allowed();
  schema.emplace("if", Json{{"not", {{"required", Json::array({"profile"})}}}});
  Json then = stated<Profile>(schema, writer.take_required());
  schema.emplace("then", std::move(then));
  schema.emplace("definitions", Json{{"sourced", sourced_schema(SchemaWriter::Quantities::sourced)}});
  return file_schema(kind, std::move(schema));
}

}  // namespace

Json scenario_schema() {
  Scenario scenario{};
  SchemaWriter writer;
  writer.put("kernel", profile_schema<KernelProfile>(
                           "a kernel profile: its name or path, that and changes, or a complete one"));
  writer.put("host", profile_schema<HostProfile>(
                         "a host profile: its name or path, that and changes, or a complete one"));
  writer.put("driver", profile_schema<DriverProfile>(
                           "a driver profile: its name or path, that and changes, or a complete one"));
  writer.put("other_drivers",
             {{"description", "drivers beside it, from which OpenCrypto selects for each algorithm"},
              {"type", "array"},
              {"items", profile_schema<DriverProfile>("as /driver")}});
  writer.put("drivers", drivers_schema());
  const Json groups = session_groups_schema();
  writer.put("session_groups", groups);
  writer.put("sessions", groups);
  describe(writer, scenario);

  Json schema = writer.take_allowed();
  schema.emplace("required", Json::array({"host"}));
  schema.emplace("oneOf", Json::array({{{"required", Json::array({"driver"})}}, {{"required", Json::array({"drivers"})}}}));
  schema.emplace("definitions",
                 Json{{"sourced", sourced_schema(SchemaWriter::Quantities::sourced_or_plain)}});
  return file_schema("scenario", std::move(schema));
}

Json host_schema() { return profile_file_schema<HostProfile>("host profile"); }
Json driver_schema() { return profile_file_schema<DriverProfile>("driver profile"); }
Json kernel_schema() { return profile_file_schema<KernelProfile>("kernel profile"); }
Json steps_schema() {
  StepsFile steps;
  SchemaWriter writer(SchemaWriter::Quantities::sourced);
  describe(writer, steps);
  Json schema = writer.take_allowed();
  schema.update(writer.take_required(), true);
  schema.emplace("definitions", Json{{"sourced", sourced_schema(SchemaWriter::Quantities::sourced)}});
  return file_schema("steps", std::move(schema));
}

}  // namespace ktlssim
