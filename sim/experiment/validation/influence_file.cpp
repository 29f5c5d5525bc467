#include "sim/experiment/validation/influence_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/parameters/schema_writer.hpp"

namespace ktlssim {

namespace {

constexpr double kLargest = std::numeric_limits<double>::max();

void describe(ParameterVisitor& v, Influence& influence) {
  v.text("pointer", influence.pointer, "", "of the parameter");
  v.text("confidence", influence.confidence, "", "of a profile's value");
  v.number("change", influence.change, {0, -kLargest, kLargest}, "of the prediction, where it is 10 % higher");
}

// What is left of a change where the last digits of the C library's functions differ.
double three_digits(double value) { return std::stod(fmt::format("{:.3g}", value)); }

}  // namespace

std::filesystem::path influences_file(const std::filesystem::path& suite) {
  return suite.parent_path() / "influences.json";
}

Influences load_influences(const std::filesystem::path& path, const Suite& suite) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  const Origins origins(path.string(), Origins::Kind::scenario);
  std::vector<std::string> known;
  for (const Claim& claim : suite.claims) known.push_back(claim.name);
  Influences influences;
  if (!json->is_object()) problems.add(path.string(), "", short_text(*json), "expected an object of claims");
  problems.throw_if_any();
  for (const auto& item : json->items()) {
    if (item.key() == "$schema") continue;
    const std::string pointer = child_pointer("", item.key());
    if (std::ranges::find(known, item.key()) == known.end())
      problems.add(path.string(), pointer, "", "there is no such claim" + did_you_mean(item.key(), known));
    if (!item.value().is_array())
      problems.add(path.string(), pointer, short_text(item.value()), "expected an array");
    for (std::size_t i = 0; item.value().is_array() && i < item.value().size(); ++i) {
      ParameterReader reader(item.value()[i], fmt::format("{}/{}", pointer, i), origins, problems);
      Influence& influence = influences[item.key()].emplace_back();
      describe(reader, influence);
      reader.finish();
      const std::string at = fmt::format("{}/{}/pointer", pointer, i);
      if (item.value()[i].is_object() && !item.value()[i].contains("pointer"))
        problems.add(path.string(), at, "", "missing: the parameter");
    }
  }
  problems.throw_if_any();
  return influences;
}

Json influences_schema() {
  Influence influence{};
  SchemaWriter writer;
  describe(writer, influence);
  Json entry = writer.take_allowed();
  require_text(entry, "pointer");
  Json schema = closed_object();
  schema["additionalProperties"] = {{"description", "a claim's name: what has most influence on it, the strongest first"},
                                    {"type", "array"},
                                    {"items", std::move(entry)}};
  return file_schema("influences", std::move(schema));
}

Json influences_json(const Influences& influences) {
  Json json = Json::object();
  for (const auto& [claim, strongest] : influences) {
    json[claim] = Json::array();
    for (const Influence& influence : strongest)
      json[claim].push_back({{"pointer", influence.pointer},
                             {"confidence", influence.confidence},
                             {"change", number_json(three_digits(influence.change))}});
  }
  return json;
}

}  // namespace ktlssim
