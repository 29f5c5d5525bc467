#include "sim/experiment/parameters/profile_edit.hpp"

#include <fmt/format.h>

#include <regex>
#include <stdexcept>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

std::string with_quantity(const std::string& text, const std::string& pointer, double value, double factor) {
  std::size_t at = 0;
  for (std::size_t begin = 1; begin <= pointer.size();) {
    const std::size_t end = std::min(pointer.find('/', begin), pointer.size());
    at = text.find(fmt::format("\"{}\": {{", pointer.substr(begin, end - begin)), at);
    if (at == std::string::npos)
      throw std::runtime_error(fmt::format("{}: not found in the profile", pointer));
    begin = end + 1;
  }
  const std::size_t end = std::min(text.find('\n', at), text.size());
  const std::string number = fmt::format("{:.4g}", value);
  std::string line = text.substr(at, end - at);
  line = std::regex_replace(line, std::regex(R"(("value": )[-+.0-9eE]+)"), "$01" + number,
                            std::regex_constants::format_first_only);
  if (factor != 0)
    line = std::regex_replace(line, std::regex(R"([.0-9]+( times the value of ))"),
                              fmt::format("{:.4g}$1", factor));
  std::string changed = text.substr(0, at) + line + text.substr(end);

  Json expected = Json::parse(text);
  Json& quantity = expected.at(Json::json_pointer(pointer));
  const Json now = Json::parse(changed).at(Json::json_pointer(pointer));
  if (now.at("value").get<double>() != std::stod(number))
    throw std::runtime_error(fmt::format("{}: its line could not be changed", pointer));
  quantity = now;
  if (expected != Json::parse(changed))
    throw std::runtime_error(fmt::format("{}: found in a wrong place", pointer));
  return changed;
}

}  // namespace ktlssim
