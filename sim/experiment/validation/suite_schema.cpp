#include "sim/experiment/validation/suite_schema.hpp"

#include "sim/experiment/parameters/schema_writer.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

namespace {

Json scenario_path() {
  return {{"description", "file of the scenario, relative to this one"}, {"type", "string"}};
}

Json settings() {
  Json schema = text_list_schema();
  schema.emplace("description", "/POINTER=VALUE: changes to the scenario, as --set makes them");
  return schema;
}

Json series_schema(std::string_view meaning) {
  return {{"description", meaning},
          {"type", "object"},
          {"required", {"pointer", "values"}},
          {"properties", {{"pointer", {{"type", "string"}}}, {"values", text_list_schema()}}}};
}

Json mechanism_schema() {
  Json schema = closed_object();
  schema.at("properties") = {{"words", {{"description", "what the machine would have"}, {"type", "string"}}}, {"set", settings()}};
  schema.emplace("required", Json::array({"words", "set"}));
  return schema;
}

Json against_schema() {
  Json schema = closed_object();
  schema.emplace("description", "the second variant of a comparison; what it leaves out is the claim's");
  schema.at("properties") = {{"scenario", scenario_path()}, {"set", settings()}};
  return schema;
}

Json one_of(Json a, Json b) { return Json::array({Json{{"required", {a}}}, Json{{"required", {b}}}}); }

// A published value is met within a tolerance, a limit without.
Json tolerance_rule() {
  return {{"if", {{"properties", {{"relation", {{"const", "below"}}}}}, {"required", {"relation"}}}},
          {"else", {{"oneOf", one_of("tolerance", "tolerance_percent")}}}};
}

// "against" belongs to the comparisons ratio and difference.
Json comparison_rule() {
  return {
      {"if",
       {{"properties", {{"comparison", {{"enum", {"ratio", "difference"}}}}}}, {"required", {"comparison"}}}},
      {"then", {{"required", {"against"}}}},
      {"else", {{"properties", {{"against", false}}}}}};
}

Json explanation_rule() {
  return {{"if", {{"properties", {{"expected", {{"const", "missed"}}}}}, {"required", {"expected"}}}},
          {"then", {{"required", {"explanation"}}, {"properties", {{"explanation", {{"minLength", 1}}}}}}}};
}

Json claim_schema() {
  Claim claim{};
  SchemaWriter writer;
  describe(writer, claim);
  writer.put("scenario", scenario_path());
  writer.put("set", settings());
  writer.put("against", against_schema());
  writer.put("series", series_schema("values of one more parameter, over which the prediction is shown"));
  writer.put("unstated",
             {{"description", "what the source does not state, and other values that it may have had"},
              {"type", "array"},
              {"items", series_schema("a parameter and its other values")}});
  writer.put("mechanisms",
             {{"description", "that the explanation names: each brings the prediction nearer to the published value (--explanations)"},
              {"type", "array"},
              {"items", mechanism_schema()}});
  Json schema = writer.take_allowed();
  for (const char* name : {"name", "claim", "source", "metric", "reason", "scenario"})
    require_text(schema, name);
  schema.emplace("allOf", Json::array({tolerance_rule(), comparison_rule(), explanation_rule()}));
  return schema;
}

Json row_schema() {
  PublishedRow row{};
  SchemaWriter writer;
  describe(writer, row);
  Json claims = text_list_schema();
  claims.emplace("description", "the claims that simulate it");
  writer.put("claims", std::move(claims));
  Json schema = writer.take_allowed();
  for (const char* name : {"section", "row"}) require_text(schema, name);
  schema.emplace("oneOf", one_of("claims", "why"));
  return schema;
}

}  // namespace

Json suite_schema() {
  Json schema = closed_object();
  schema.at("properties") = {
      {"claims", {{"type", "array"}, {"items", claim_schema()}}},
      {"rows",
       {{"description", "what was published: each row has claims, or why there is none"},
        {"type", "array"},
        {"items", row_schema()}}}};
  schema.emplace("required", Json::array({"claims"}));
  return file_schema("suite", std::move(schema));
}

}  // namespace ktlssim
