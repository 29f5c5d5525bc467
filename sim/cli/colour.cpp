#include "sim/cli/colour.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace ktlssim {

namespace {

constexpr std::string_view kReset = "\x1b[0m";

enum class Where { begin, end, inside };

struct Rule {
  Where where;
  std::string_view words;
  std::string_view escape;
};

constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kBold = "\x1b[1m";

// The first that fits counts.
constexpr Rule kRules[]{
    {Where::inside, "NOT STEADY", kRed},
    {Where::begin, "Difference at ", kBold},
    {Where::begin, "Difference, deterministic", kBold},
    {Where::end, ": ok", kGreen},
    {Where::end, " met", kGreen},
    {Where::end, " missed", kRed},
};

bool fits(const Rule& rule, std::string_view line) {
  if (rule.where == Where::begin) return line.starts_with(rule.words);
  if (rule.where == Where::end) return line.ends_with(rule.words);
  return line.find(rule.words) != std::string_view::npos;
}

std::string coloured_line(std::string_view line) {
  const auto* const rule = std::ranges::find_if(kRules, [&](const Rule& r) { return fits(r, line); });
  if (rule == std::end(kRules)) return std::string(line);
  const std::size_t from = rule->where == Where::end ? line.size() - rule->words.size() : 0;
  std::string text(line.substr(0, from));
  text += rule->escape;
  text += line.substr(from);
  return text += kReset;
}

}  // namespace

bool has_colour(int descriptor) {
  const char* const refused = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  return isatty(descriptor) == 1 && (refused == nullptr || *refused == '\0') &&
         (terminal == nullptr || std::string_view(terminal) != "dumb");
}

std::string coloured(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    result += coloured_line(text.substr(0, end));
    if (end < text.size()) result += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace ktlssim
