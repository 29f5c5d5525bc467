#include "sim/experiment/size/vary_axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

bool is_number(const Parameter& parameter) {
  return parameter.type == ParameterType::integer || parameter.type == ParameterType::number ||
         parameter.type == ParameterType::quantity;
}

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && stop == text.data() + text.size() && std::isfinite(value) ? std::optional(value)
                                                                                           : std::nullopt;
}

class AxisParser {
 public:
  AxisParser(const std::string& text, const std::string& option) : text_(text), option_(option) {}

  VaryAxis parse() {
    const std::size_t equals = text_.find('=');
    if (equals == std::string::npos) fail("", text_, "expected /POINTER=FROM..TO, FROM..TO:STEP or VALUE,VALUE,...");
    axis_.pointer = text_.substr(0, equals);
    const std::vector<Parameter> parameters = scenario_parameters();
    const Parameter* const parameter = find_parameter(parameters, axis_.pointer);
    if (parameter == nullptr)
      fail(axis_.pointer, "", fmt::format("no such parameter; did you mean {}?", nearest_pointer(parameters, axis_.pointer)));
    if (parameter->type == ParameterType::group) fail(axis_.pointer, "", "a group of parameters: name one of them");
    const std::string values = text_.substr(equals + 1);
    if (is_number(*parameter) && values.find("..") != std::string::npos)
      range(values);
    else
      list(*parameter, values);
    return std::move(axis_);
  }

 private:
  [[noreturn]] void fail(const std::string& pointer, const std::string& value, const std::string& message) const {
    throw InputError({{option_, pointer, value.empty() ? "" : short_text(Json(value)), message}});
  }

  void range(const std::string& text) {
    const std::size_t dots = text.find("..");
    const std::size_t colon = text.find(':', dots);
    const std::optional<double> from = number_in(std::string_view(text).substr(0, dots));
    const std::string_view after = std::string_view(text).substr(dots + 2);
    const std::optional<double> to = number_in(after.substr(0, colon == std::string::npos ? colon : colon - dots - 2));
    const std::optional<double> step =
        colon == std::string::npos ? 1.0 : number_in(std::string_view(text).substr(colon + 1));
    if (!from || !to || !step || *step <= 0 || *from > *to)
      fail(axis_.pointer, text, "expected FROM..TO or FROM..TO:STEP, with FROM at most TO and STEP above zero");
    if (colon == std::string::npos && (std::trunc(*from) != *from || std::trunc(*to) != *to))
      fail(axis_.pointer, text, "expected a step after the range, such as 0.5..2:0.1");
    const double count = std::floor((*to - *from) / *step * (1 + 1e-12)) + 1;
    if (count > static_cast<double>(kMostAxisValues))
      fail(axis_.pointer, text, fmt::format("more than {} values: expected a step, such as FROM..TO:STEP", kMostAxisValues));
    for (double i = 0; i < count; ++i) add_number(*from + i * *step);
    axis_.ordered = true;
  }

  // To twelve digits: 0.3 rather than 0.30000000000000004.
  void add_number(double value) {
    axis_.values.push_back(number_json(std::strtod(fmt::format("{:.12g}", value).c_str(), nullptr)));
  }

  void list(const Parameter& parameter, const std::string& text) {
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t comma = std::min(text.find(',', begin), text.size());
      const std::string value = text.substr(begin, comma - begin);
      begin = comma + 1;
      if (value.empty()) fail(axis_.pointer, text, "expected a value between commas");
      if (is_number(parameter)) {
        const std::optional<double> number = number_in(value);
        if (!number) fail(axis_.pointer, value, "expected a number");
        add_number(*number);
      } else if (parameter.type == ParameterType::flag && (value == "true" || value == "false")) {
        axis_.values.push_back(value == "true");
      } else {
        axis_.values.push_back(value);
      }
      if (std::count(axis_.values.begin(), axis_.values.end(), axis_.values.back()) > 1)
        fail(axis_.pointer, value, "appears twice");
    }
    axis_.ordered = is_number(parameter);
    if (axis_.ordered) std::ranges::sort(axis_.values);
  }

  const std::string& text_;
  const std::string& option_;
  VaryAxis axis_;
};

}  // namespace

VaryAxis parse_axis(const std::string& text, const std::string& option) { return AxisParser(text, option).parse(); }

}  // namespace ktlssim
