#include "sim/experiment/parameters/profile_edit.hpp"

#include <fmt/format.h>

#include <optional>
#include <regex>
#include <stdexcept>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

void apply(const FittedQuantity& fitted, Json& quantity) {
  if (!quantity.is_object()) quantity = Json::object();
  const double value = std::stod(fmt::format("{:.4g}", fitted.value));
  quantity["value"] = number_json(value);
  // A range that is stated holds its value, or the profile would not load.
  if (quantity.contains("low") && quantity.at("low") > value) quantity["low"] = number_json(value);
  if (quantity.contains("high") && quantity.at("high") < value) quantity["high"] = number_json(value);
  std::string source = quantity.contains("source") ? quantity.at("source").get<std::string>() : "the fit alone";
  if (fitted.factor != 0)
    source = std::regex_replace(source, std::regex(R"([.0-9]+( times the value of ))"),
                                fmt::format("{:.4g}$1", fitted.factor));
  quantity["source"] = source;
  quantity["confidence"] = "fitted";
  quantity["fitted_to"] = fitted.fitted_to;
}

// As profiles are laid out: {"value": 1, "source": "..."}.
std::string one_line(const Json& object) {
  std::vector<std::string> members;
  for (const auto& item : object.items())
    members.push_back(fmt::format("{}: {}", Json(item.key()).dump(), item.value().dump()));
  return fmt::format("{{{}}}", fmt::join(members, ", "));
}

// Where the object of the quantity begins in `text`, if all keys that lead there stand in their order.
std::optional<std::size_t> begin_of(const std::string& text, const std::string& pointer) {
  std::size_t at = 0;
  std::size_t key_length = 0;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    const std::string key = fmt::format("\"{}\": {{", pointer.substr(begin, end - begin));
    at = text.find(key, at);
    if (at == std::string::npos) return std::nullopt;
    key_length = key.size();
    begin = end + 1;
  }
  return at + key_length - 1;
}

// Nothing where the quantity is not a line's only object.
std::optional<std::string> edited_line(const std::string& text, const std::string& pointer, const Json& quantity) {
  const std::optional<std::size_t> begin = begin_of(text, pointer);
  if (!begin) return std::nullopt;
  const std::size_t line_end = std::min(text.find('\n', *begin), text.size());
  const std::size_t end = text.rfind('}', line_end);
  if (end == std::string::npos || end < *begin) return std::nullopt;
  return text.substr(0, *begin) + one_line(quantity) + text.substr(end + 1);
}

}  // namespace

std::string with_quantity(const std::string& text, const std::string& pointer, const FittedQuantity& fitted) {
  Json profile = Json::parse(text, nullptr, false);
  if (!profile.is_object()) throw std::runtime_error(fmt::format("{}: not in a profile", pointer));
  Json& quantity = profile[Json::json_pointer(pointer)];
  apply(fitted, quantity);
  const std::optional<std::string> edited = edited_line(text, pointer, quantity);
  // A key may stand in a place that only looks right.
  if (edited && Json::parse(*edited, nullptr, false) == profile) return *edited;
  return json_text(profile);
}

}  // namespace ktlssim
