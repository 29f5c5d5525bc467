#include "sim/experiment/input/schema.hpp"

#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/input/parameter_reader.hpp"

namespace ktlssim {

namespace {

Json closed_object() {
  Json schema = Json::object();
  schema.emplace("type", "object");
  schema.emplace("additionalProperties", false);
  schema.emplace("properties", Json::object());
  return schema;
}

// Collects two schemas: what may be there, and (for complete profiles) what must be.
class SchemaWriter final : public ParameterVisitor {
 public:
  SchemaWriter() {
    allowed_.push_back(closed_object());
    required_.push_back(required_object());
  }

  Json take_allowed() { return std::move(allowed_.front()); }
  Json take_required() { return std::move(required_.front()); }
  void put(std::string_view name, Json schema) {
    allowed_.back().at("properties").emplace(std::string(name), std::move(schema));
  }

  void integer(std::string_view name, std::int64_t&, Range<std::int64_t> range,
               std::string_view meaning) override {
    put(name, {{"type", "integer"},
               {"minimum", range.min},
               {"maximum", range.max},
               {"default", range.fallback},
               {"description", meaning}});
  }
  void number(std::string_view name, double&, Range<double> range, std::string_view meaning) override {
    put(name, {{"type", "number"},
               {"minimum", number_json(range.min)},
               {"maximum", number_json(range.max)},
               {"default", number_json(range.fallback)},
               {"description", meaning}});
  }
  void flag(std::string_view name, bool&, bool fallback, std::string_view meaning) override {
    put(name, {{"type", "boolean"}, {"default", fallback}, {"description", meaning}});
  }
  void text(std::string_view name, std::string&, std::string_view fallback,
            std::string_view meaning) override {
    put(name, {{"type", "string"}, {"default", fallback}, {"description", meaning}});
  }
  void optional_quantity(std::string_view name, Quantity&, CostRange range,
                         std::string_view meaning) override {
    const Json limits = {{"minimum", number_json(range.min)}, {"maximum", number_json(range.max)}};
    Json sourced = {{"$ref", "#/definitions/sourced"}};
    Json in_range = {{"properties", {{"value", limits}}}};
    Json schema = Json::object();
    schema.emplace("description", meaning);
    schema.emplace("type", Json::array({"number", "object"}));
    schema.update(limits);  // they concern numbers only
    schema.emplace("if", Json{{"type", "object"}});
    schema.emplace("then", Json{{"allOf", Json::array({std::move(sourced), std::move(in_range)})}});
    put(name, std::move(schema));
  }
  void quantity(std::string_view name, Quantity& field, CostRange range, std::string_view meaning) override {
    optional_quantity(name, field, range, meaning);
    required_.back().at("required").push_back(name);
  }
  void fact_index(std::string_view name, int&, std::shared_ptr<const Provenance>&,
                  std::span<const std::string_view> names, std::string_view meaning) override {
    const Json plain = is_flag(names) ? Json{{"type", "boolean"}} : Json{{"enum", words(names)}};
    Json sourced = {{"$ref", "#/definitions/sourced"}};
    Json allowed = {{"properties", {{"value", plain}}}};
    Json schema = Json::object();
    schema.emplace("description", meaning);
    schema.emplace("if", Json{{"type", "object"}});
    schema.emplace("then", Json{{"allOf", Json::array({std::move(sourced), std::move(allowed)})}});
    schema.emplace("else", Json(plain));
    put(name, std::move(schema));
    required_.back().at("required").push_back(name);
  }
  void choice_index(std::string_view name, int&, std::span<const std::string_view> names, int fallback,
                    std::string_view meaning) override {
    put(name, {{"enum", words(names)},
               {"default", names[static_cast<std::size_t>(fallback)]},
               {"description", meaning}});
  }
  void begin_group(std::string_view name, std::string_view meaning) override { open(name, meaning, false); }
  bool begin_optional_group(std::string_view name, bool&, std::string_view meaning) override {
    open(name, meaning, true);
    return true;
  }
  void end_group() override {
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

 private:
  struct Group {
    std::string name;
    bool optional;
  };

  static Json words(std::span<const std::string_view> names) {
    Json list = Json::array();
    for (const std::string_view name : names) list.push_back(name);
    return list;
  }

  static Json required_object() {
    Json schema = Json::object();
    schema.emplace("required", Json::array());
    schema.emplace("properties", Json::object());
    return schema;
  }

  void open(std::string_view name, std::string_view meaning, bool optional) {
    names_.push_back({std::string(name), optional});
    allowed_.push_back(closed_object());
    allowed_.back().emplace("description", meaning);
    required_.push_back(required_object());
  }

  std::vector<Json> allowed_;
  std::vector<Json> required_;
  std::vector<Group> names_;
};

// {"value", "source", "confidence"} and, for fitted values only, "fitted_to".
Json sourced_schema() {
  Json confidences = Json::array();
  for (const std::string_view name : kConfidenceNames) confidences.push_back(name);
  const Json text = {{"type", "string"}, {"pattern", "\\S"}};
  Json schema = closed_object();
  schema.at("properties") = {{"value", {{"type", Json::array({"number", "string", "boolean"})}}},
                             {"source", text},
                             {"confidence", {{"enum", std::move(confidences)}}},
                             {"fitted_to", text}};
  schema.emplace("required", Json::array({"value", "source", "confidence"}));
  schema.emplace("if", Json{{"properties", {{"confidence", {{"const", "fitted"}}}}}});
  schema.emplace("then", Json{{"required", Json::array({"fitted_to"})}});
  schema.emplace("else", Json{{"properties", {{"fitted_to", false}}}});
  return schema;
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
  object.emplace("then", writer.take_required());
  return {{"description", meaning}, {"anyOf", Json::array({name, std::move(object)})}};
}

}  // namespace

Json scenario_schema() {
  Scenario scenario{};
  SchemaWriter writer;
  writer.put("$schema", {{"type", "string"}});
  writer.put("kernel", profile_schema<KernelProfile>(
                           "a kernel profile: its name, its name and changes, or a complete one"));
  writer.put("host", profile_schema<HostProfile>(
                         "a host profile: its name, its name and changes, or a complete one"));
  writer.put("driver", profile_schema<DriverProfile>(
                           "a driver profile: its name, its name and changes, or a complete one"));
  writer.put("other_drivers",
             {{"description", "drivers beside it, from which OpenCrypto selects for each algorithm"},
              {"type", "array"},
              {"items", profile_schema<DriverProfile>("as /driver")}});
  SchemaWriter group;
  SessionGroup any_group{};
  describe(group, any_group);
  writer.put("session_groups",
             {{"description", "the first sessions, group after group; those left over are as /tls says"},
              {"type", "array"},
              {"items", group.take_allowed()}});
  describe(writer, scenario);

  Json schema = Json::object();
  schema.emplace("$schema", "http://json-schema.org/draft-07/schema#");
  schema.emplace("title", "ktlssim scenario");
  schema.update(writer.take_allowed());
  schema.emplace("required", Json::array({"host", "driver"}));
  schema.emplace("definitions", Json{{"sourced", sourced_schema()}});
  return schema;
}

}  // namespace ktlssim
