#include "sim/cli/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace ktlssim {

namespace {

std::string wrap_line(std::string_view line, std::size_t columns, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text;
  do {
    std::size_t length = std::min(line.size(), columns - indent);
    if (length < line.size()) {
      const std::size_t space = line.rfind(' ', length);
      if (space != std::string_view::npos && space > 0) length = space;
    }
    std::string_view row = line.substr(0, length);
    while (row.ends_with(' ')) row.remove_suffix(1);
    text += row.empty() ? "\n" : fmt::format("{}{}\n", margin, row);
    line.remove_prefix(length);
    while (line.starts_with(' ')) line.remove_prefix(1);
  } while (!line.empty());
  return text;
}

}  // namespace

std::string plain(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0u) == 0x80u) continue;  // the rest of a character that already became a question mark
    if (c == '\n' || c == '\t' || c == '\r')
      result += ' ';
    else
      result += byte >= 0x20 && byte < 0x7f ? c : '?';
  }
  return result;
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string result;
  while (true) {
    const std::size_t newline = text.find('\n');
    result += wrap_line(text.substr(0, newline), columns, indent);
    if (newline == std::string_view::npos) return result;
    text.remove_prefix(newline + 1);
  }
}

std::string shortened(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string(text);
  return std::string(text.substr(0, width - 2)) + "..";
}

std::string number_text(double value) {
  constexpr double kManyDigits = 1000;  // from here on, more than four digits stand before the point
  if (std::isnan(value)) return "-";
  const double magnitude = std::abs(value);
  if (magnitude >= 1e15 || (magnitude < 1e-4 && magnitude > 0)) return fmt::format("{:.3e}", value);
  if (magnitude >= kManyDigits) return fmt::format("{:.0f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace ktlssim
