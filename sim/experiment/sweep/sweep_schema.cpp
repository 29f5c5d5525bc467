#include "sim/experiment/sweep/sweep_schema.hpp"

#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/schema_writer.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

namespace {

Json what_can_vary() {
  Json pointers = Json::array();
  for (const Parameter& parameter : scenario_parameters())
    if (parameter.type != ParameterType::group && parameter.type != ParameterType::list) pointers.push_back(parameter.pointer);
  return {{"anyOf", Json::array({{{"enum", std::move(pointers)}}, {{"pattern", kListPointerPattern}}})}};
}

Json range_schema(bool logarithmic) {
  const Json end = logarithmic ? Json{{"type", "number"}, {"exclusiveMinimum", 0}} : Json{{"type", "number"}};
  Json range = closed_object();
  range.at("properties") = {
      {"from", end}, {"to", end}, {"steps", {{"type", "integer"}, {"minimum", 2}, {"maximum", kMaxPoints}}}};
  range.emplace("required", Json::array({"from", "to", "steps"}));
  const std::string name = logarithmic ? "log" : "linear";
  Json schema = closed_object();
  schema.at("properties").emplace(name, std::move(range));
  schema.emplace("required", Json::array({name}));
  return schema;
}

Json values_schema() {
  const Json list = {{"type", "array"}, {"minItems", 1}};
  return {{"anyOf", Json::array({list, range_schema(false), range_schema(true)})}};
}

Json by_pointer(std::string_view meaning, Json value) {
  return {{"description", meaning},
          {"type", "object"},
          {"propertyNames", {{"$ref", "#/definitions/pointer"}}},
          {"additionalProperties", std::move(value)}};
}

Json parameters_schema() {
  const Json values = {{"$ref", "#/definitions/values"}};
  Json schema = closed_object();
  schema.emplace("description", "what varies: each of grid, zip and list is combined with the others");
  schema.emplace("minProperties", 1);
  schema.at("properties") = {{"grid", by_pointer("every combination; the first varies slowest", values)},
                             {"zip", by_pointer("in lockstep: all have the same number of values", values)},
                             {"list",
                              {{"description", "row after row; each has the pointers of the first"},
                               {"type", "array"},
                               {"minItems", 1},
                               {"items", by_pointer("a value for each pointer", Json(true))}}}};
  return schema;
}

}  // namespace

Json sweep_schema() {
  SweepSettings settings{};
  SchemaWriter writer;
  describe(writer, settings);
  const Json condition = {{"type", "string"}, {"minLength", 1}};
  writer.put("parameters", parameters_schema());
  writer.put("constraint",
             {{"description", "a condition or a list of them: points that break one are left out"},
              {"anyOf", Json::array({condition, {{"type", "array"}, {"items", condition}}})}});
  Json schema = writer.take_allowed();
  require_text(schema, "scenario");
  schema.at("required").push_back("parameters");
  schema.emplace("definitions", Json{{"pointer", what_can_vary()}, {"values", values_schema()}});
  return file_schema("sweep", std::move(schema));
}

}  // namespace ktlssim
