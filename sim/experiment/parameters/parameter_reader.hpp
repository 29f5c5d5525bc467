// Reads the parameters that a describe() function declares from a JSON object.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter_visitor.hpp"
#include "sim/experiment/parameters/origins.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Fields get the value given or their default; whatever is wrong goes to `problems`, with its place, and
// reading goes on. Usage: describe(reader, group); reader.finish().
class ParameterReader final : public ParameterVisitor {
 public:
  // `object` stands at `pointer` of its file; `other_keys` are keys of it that the caller reads itself.
  ParameterReader(const Json& object, std::string pointer, const Origins& origins, Problems& problems,
                  std::vector<std::string> other_keys = {});
  // Reports what was in `object` and is not a parameter.
  void finish();

  void integer(std::string_view name, std::int64_t& field, Range<std::int64_t> range,
               std::string_view) override;
  void number(std::string_view name, double& field, Range<double> range, std::string_view) override;
  void flag(std::string_view name, bool& field, bool fallback, std::string_view) override;
  void text(std::string_view name, std::string& field, std::string_view fallback, std::string_view) override;
  void quantity(std::string_view name, Quantity& field, CostRange range, std::string_view) override;
  void optional_quantity(std::string_view name, Quantity& field, CostRange range, std::string_view) override;
  void fact_index(std::string_view name, int& index, std::shared_ptr<const Provenance>& provenance,
                  std::span<const std::string_view> names, std::string_view) override;
  void choice_index(std::string_view name, int& index, std::span<const std::string_view> names, int fallback,
                    std::string_view) override;
  void begin_group(std::string_view name, std::string_view) override;
  bool begin_optional_group(std::string_view name, bool& present, std::string_view) override;
  void end_group() override;

 private:
  struct Frame {
    const Json* object;  // null: the group was left out
    std::string pointer;
    std::vector<std::string> known;
    bool silent;  // the absence or wrong type of this group was already reported
  };

  const Json* find(std::string_view name);  // and notes that `name` is known
  void push(std::string_view name, const Json* value);
  void missing(std::string_view name);
  void problem(const std::string& pointer, const Json& value, std::string message);
  bool read_number(const std::string& pointer, const Json& value, double min, double max, double& number);
  bool read_word(const std::string& pointer, const Json& value, std::span<const std::string_view> names,
                 int& index);
  void read_quantity(const std::string& pointer, const Json& value, CostRange range, Quantity& field);
  // The value of an object of value, source and confidence; null, and a problem, if there is none.
  const Json* read_sourced(const std::string& pointer, const Json& value, const std::string& allowed,
                           std::string_view plain, std::optional<Provenance>& provenance);
  bool read_text(const Json& object, const std::string& pointer, std::string_view key, std::string& text);
  // The range of a number that is not exact; true where there is none.
  bool read_prior(const Json& object, const std::string& pointer, CostRange range, double value,
                  std::optional<Provenance>& provenance);
  bool read_provenance(const Json& object, const std::string& pointer, Provenance& provenance);

  const Origins& origins_;
  Problems& problems_;
  std::vector<Frame> frames_;
};

}  // namespace ktlssim
