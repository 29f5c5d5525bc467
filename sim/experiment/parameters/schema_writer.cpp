#include "sim/experiment/parameters/schema_writer.hpp"

#include <cmath>

namespace ktlssim {

namespace {

Json required_object() {
  Json schema = Json::object();
  schema.emplace("required", Json::array());
  schema.emplace("properties", Json::object());
  return schema;
}

Json words(std::span<const std::string_view> names) {
  Json list = Json::array();
  for (const std::string_view name : names) list.push_back(name);
  return list;
}

}  // namespace

Json closed_object() {
  Json schema = Json::object();
  schema.emplace("type", "object");
  schema.emplace("additionalProperties", false);
  schema.emplace("properties", Json::object());
  schema.emplace("patternProperties", Json{{"^//", {{"type", "string"}}}});  // comments
  return schema;
}

void require_text(Json& schema, std::string_view name) {
  schema["required"].push_back(name);
  Json& text = schema.at("properties").at(std::string(name));
  text.erase("default");
  text["minLength"] = 1;
}

Json text_list_schema() { return {{"type", "array"}, {"items", {{"type", "string"}}}}; }

Json file_schema(std::string_view kind, Json schema) {
  schema.at("properties")["$schema"] = {{"type", "string"}};
  Json whole = Json::object();
  whole.emplace("$schema", "http://json-schema.org/draft-07/schema#");
  whole.emplace("title", "ktlssim " + std::string(kind));
  whole.update(schema);
  return whole;
}

SchemaWriter::SchemaWriter(Quantities quantities) : quantities_(quantities) {
  allowed_.push_back(closed_object());
  required_.push_back(required_object());
}

void SchemaWriter::put(std::string_view name, Json schema) {
  allowed_.back().at("properties").emplace(std::string(name), std::move(schema));
}

void SchemaWriter::integer(std::string_view name, std::int64_t&, Range<std::int64_t> range,
                           std::string_view meaning) {
  put(name, {{"type", "integer"},
             {"minimum", range.min},
             {"maximum", range.max},
             {"default", range.fallback},
             {"description", meaning}});
}

void SchemaWriter::number(std::string_view name, double&, Range<double> range, std::string_view meaning) {
  Json schema = {
      {"type", "number"}, {"minimum", number_json(range.min)}, {"maximum", number_json(range.max)}};
  if (std::isnan(range.fallback))
    allowed_.back()["required"].push_back(name);
  else
    schema.emplace("default", number_json(range.fallback));
  schema.emplace("description", meaning);
  put(name, std::move(schema));
}

void SchemaWriter::flag(std::string_view name, bool&, bool fallback, std::string_view meaning) {
  put(name, {{"type", "boolean"}, {"default", fallback}, {"description", meaning}});
}

void SchemaWriter::text(std::string_view name, std::string&, std::string_view fallback,
                        std::string_view meaning) {
  put(name, {{"type", "string"}, {"default", fallback}, {"description", meaning}});
}

// A value that is `plain`, where a scenario gives it, or an object with provenance whose value is so.
void SchemaWriter::put_sourced(std::string_view name, Json plain, Json value, std::string_view meaning) {
  Json sourced = {{"$ref", "#/definitions/sourced"}};
  Json allowed = {{"properties", {{"value", std::move(value)}}}};
  Json both = Json{{"allOf", Json::array({std::move(sourced), std::move(allowed)})}};
  Json schema = Json::object();
  schema.emplace("description", meaning);
  if (quantities_ == Quantities::sourced) {
    schema.update(both);
  } else {
    schema.update(plain);
    schema.emplace("if", Json{{"type", "object"}});
    schema.emplace("then", std::move(both));
  }
  put(name, std::move(schema));
}

void SchemaWriter::optional_quantity(std::string_view name, Quantity&, CostRange range,
                                     std::string_view meaning) {
  const Json limits = {{"minimum", number_json(range.min)}, {"maximum", number_json(range.max)}};
  Json plain = {{"type", Json::array({"number", "object"})}};
  plain.update(limits);  // they concern numbers only
  Json value = {{"type", "number"}};
  value.update(limits);
  put_sourced(name, std::move(plain), std::move(value), meaning);
}

void SchemaWriter::quantity(std::string_view name, Quantity& field, CostRange range,
                            std::string_view meaning) {
  optional_quantity(name, field, range, meaning);
  required_.back().at("required").push_back(name);
}

void SchemaWriter::fact_index(std::string_view name, int&, std::shared_ptr<const Provenance>&,
                              std::span<const std::string_view> names, std::string_view meaning) {
  const Json value = is_flag(names) ? Json{{"type", "boolean"}} : Json{{"enum", words(names)}};
  put_sourced(name, Json{{"else", value}}, value, meaning);
  required_.back().at("required").push_back(name);
}

void SchemaWriter::choice_index(std::string_view name, int&, std::span<const std::string_view> names,
                                int fallback, std::string_view meaning) {
  put(name, {{"enum", words(names)},
             {"default", names[static_cast<std::size_t>(fallback)]},
             {"description", meaning}});
}

void SchemaWriter::begin_group(std::string_view name, std::string_view meaning) {
  open(name, meaning, false);
}

bool SchemaWriter::begin_optional_group(std::string_view name, bool&, std::string_view meaning) {
  open(name, meaning, true);
  return true;
}

void SchemaWriter::end_group() {
  const Group group = names_.back();
  names_.pop_back();
  Json allowed = std::move(allowed_.back());
  Json required = std::move(required_.back());
  allowed_.pop_back();
  required_.pop_back();
  put(group.name, std::move(allowed));
  required_.back().at("properties").emplace(group.name, std::move(required));
  if (!group.optional) required_.back().at("required").push_back(group.name);
}

void SchemaWriter::open(std::string_view name, std::string_view meaning, bool optional) {
  names_.push_back({std::string(name), optional});
  allowed_.push_back(closed_object());
  allowed_.back().emplace("description", meaning);
  required_.push_back(required_object());
}

}  // namespace ktlssim
