// Writes JSON schemas (draft 7) from the declarations that readers obey: describe() of a group of parameters.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// An object that holds nothing but its "properties", which are to be filled in.
Json closed_object();
// Adds `name`, a string that is not empty, to what the object of `schema` must have.
void require_text(Json& schema, std::string_view name);
// An array of strings.
Json text_list_schema();
// `schema` as the schema of a whole file of this `kind`.
Json file_schema(std::string_view kind, Json schema);

// Usage: describe(writer, group); writer.take_allowed(). A number whose default is not a number must be
// given.
class SchemaWriter final : public ParameterVisitor {
 public:
  // A profile's file states the source of each value, a scenario may give plain numbers.
  enum class Quantities { sourced, sourced_or_plain };

  explicit SchemaWriter(Quantities quantities = Quantities::sourced_or_plain);

  // What may be there, and what a complete profile must have.
  Json take_allowed() { return std::move(allowed_.front()); }
  Json take_required() { return std::move(required_.front()); }
  void put(std::string_view name, Json schema);

  void integer(std::string_view name, std::int64_t& field, Range<std::int64_t> range,
               std::string_view meaning) override;
  void number(std::string_view name, double& field, Range<double> range, std::string_view meaning) override;
  void flag(std::string_view name, bool& field, bool fallback, std::string_view meaning) override;
  void text(std::string_view name, std::string& field, std::string_view fallback,
            std::string_view meaning) override;
  void quantity(std::string_view name, Quantity& field, CostRange range, std::string_view meaning) override;
  void optional_quantity(std::string_view name, Quantity& field, CostRange range,
                         std::string_view meaning) override;
  void fact_index(std::string_view name, int& index, std::shared_ptr<const Provenance>& provenance,
                  std::span<const std::string_view> names, std::string_view meaning) override;
  void choice_index(std::string_view name, int& index, std::span<const std::string_view> names, int fallback,
                    std::string_view meaning) override;
  void begin_group(std::string_view name, std::string_view meaning) override;
  bool begin_optional_group(std::string_view name, bool& present, std::string_view meaning) override;
  void end_group() override;

 private:
  struct Group {
    std::string name;
    bool optional;
    bool composable = false;  // holds values that may be left out
  };

  void put_sourced(std::string_view name, Json plain, Json object, std::string_view meaning);
  void open(std::string_view name, std::string_view meaning, bool optional);

  Quantities quantities_;
  std::vector<Json> allowed_;
  std::vector<Json> required_;
  std::vector<Group> names_;
};

}  // namespace ktlssim
