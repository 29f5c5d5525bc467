#include "sim/experiment/fit/fit_schema.hpp"

#include "sim/experiment/fit/fit_file.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/schema_writer.hpp"

namespace ktlssim {

namespace {

Json list_of(Json item, std::string_view meaning) {
  return {{"description", meaning}, {"type", "array"}, {"items", std::move(item)}};
}

Json pointer_schema() {
  Json pointers = Json::array();
  for (const Parameter& parameter : scenario_parameters()) pointers.push_back(parameter.pointer);
  return {{"anyOf", Json::array({{{"enum", std::move(pointers)}}, {{"pattern", kListPointerPattern}}})}};
}

Json parameter_schema() {
  FitParameter parameter{};
  SchemaWriter writer;
  describe(writer, parameter);
  writer.put("pointers", list_of(pointer_schema(), "the values that it sets"));
  writer.put("claims", list_of(Json{{"type", "string"}}, "to which it applies; all if left out"));
  Json schema = writer.take_allowed();
  require_text(schema, "name");
  schema.at("required").push_back("pointers");
  return schema;
}

}  // namespace

Json fit_schema() {
  const Json text = {{"type", "string"}};
  Json schema = closed_object();
  Json& properties = schema.at("properties");
  properties = {{"description", text},
                {"claims", list_of(text, "of the suite, to whose figures the parameters are fitted")},
                {"set", list_of(Json{{"type", "string"}, {"pattern", "^/[^=]+="}},
                                "/POINTER=VALUE: changes to the scenarios of the claims")},
                {"parameters", list_of(parameter_schema(), "what is fitted, at most as many as claims")}};
  properties.at("parameters").emplace("minItems", 1);
  properties.at("parameters").emplace("maxItems", kMaxFitParameters);
  schema.emplace("required", Json::array({"claims", "parameters"}));
  return file_schema("fit", std::move(schema));
}

}  // namespace ktlssim
