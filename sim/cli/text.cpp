#include "sim/cli/text.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <optional>
#include <vector>

namespace ktlssim {

namespace {

constexpr std::size_t kNoTerminal = 80;
constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 400;

std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

// A character of UTF-8: its code point, or nothing where the bytes are none, and how many bytes it takes.
struct Character {
  std::optional<std::uint32_t> code;
  std::size_t bytes;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (bytes == 0 || bytes > text.size()) return {std::nullopt, 1};
  std::uint32_t code = first & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xc0u) != 0x80u) return {std::nullopt, 1};
    code = code << 6u | (byte(i) & 0x3fu);
  }
  constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code < 0xe000;
  if (code < kLeast[bytes] || code > 0x10ffff || surrogate) return {std::nullopt, 1};
  return {code, bytes};
}

struct LetterRange {
  std::uint32_t first;
  std::uint32_t last;
};

bool is_in(std::uint32_t code, std::initializer_list<LetterRange> ranges) {
  return std::ranges::any_of(ranges, [=](const LetterRange& r) { return code >= r.first && code <= r.last; });
}

// Controls, and what turns the direction of writing.
bool steers(std::uint32_t code) {
  return is_in(code, {{0, 0x1f}, {0x7f, 0x9f}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}, {0xfeff, 0xfeff}});
}

std::size_t width_of(std::uint32_t code) {
  if (is_in(code, {{0x300, 0x36f}, {0x200b, 0x200d}, {0xfe00, 0xfe0f}})) return 0;  // on or within the letter before
  return is_in(code, {{0x1100, 0x115f}, {0x2e80, 0xa4cf}, {0xac00, 0xd7a3}, {0xf900, 0xfaff}, {0xfe30, 0xfe6f},
                      {0xff00, 0xff60}, {0xffe0, 0xffe6}, {0x1f300, 0x1faff}, {0x20000, 0x3fffd}})
             ? 2
             : 1;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Character c = first_character(text);
    width += c.code ? width_of(*c.code) : 1;
    text.remove_prefix(c.bytes);
  }
  return width;
}

// As many bytes of `text` as fit in `width`, whole characters, at least one.
std::size_t bytes_within(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  for (std::size_t used = 0; bytes < text.size();) {
    const Character c = first_character(text.substr(bytes));
    used += c.code ? width_of(*c.code) : 1;
    if (used > width && bytes > 0) break;
    bytes += c.bytes;
  }
  return bytes;
}

template <class Instead>
std::string printable(std::string_view text, Instead instead) {
  const bool utf8 = prints_utf8();
  std::string result;
  while (!text.empty()) {
    const Character c = first_character(text);
    const std::string_view bytes = text.substr(0, c.bytes);
    if (bytes == "\n" || bytes == "\t" || bytes == "\r")
      result += ' ';
    else if (c.code && !steers(*c.code) && (utf8 || *c.code < 0x80))
      result += bytes;
    else
      result += instead(bytes);
    text.remove_prefix(c.bytes);
  }
  return result;
}

std::string wrap_line(std::string_view line, std::size_t width, std::size_t indent) {
  const std::string margin(indent, ' ');
  std::string text;
  do {
    std::size_t length = bytes_within(line, width - indent);
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

std::size_t columns() {
  const std::string_view given = environment("COLUMNS");
  std::size_t width = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), width);
  winsize terminal{};
  if (error != std::errc() || end != given.data() + given.size() || width == 0) {
    if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &terminal) != 0) return kNoTerminal;
    width = terminal.ws_col;
  }
  return width == 0 ? kNoTerminal : std::clamp(width, kNarrowest, kWidest);
}

bool prints_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string locale(environment(name));
    if (locale.empty()) continue;
    std::ranges::transform(locale, locale.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return locale.find("utf-8") != std::string::npos || locale.find("utf8") != std::string::npos;
  }
  return false;
}

std::string plain(std::string_view text) {
  return printable(text, [](std::string_view) { return std::string("?"); });
}

std::string label(std::string_view text) {
  return printable(text, [](std::string_view bytes) {
    std::string escaped;
    for (const char c : bytes) escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    return escaped;
  });
}

std::string wrap(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  while (true) {
    const std::size_t newline = text.find('\n');
    result += wrap_line(text.substr(0, newline), width, indent);
    if (newline == std::string_view::npos) return result;
    text.remove_prefix(newline + 1);
  }
}

namespace {

constexpr std::size_t kHanging = 4;

// Words between blanks; what is quoted is within one.
std::vector<std::string> split_words(std::string_view line, bool quotes) {
  std::vector<std::string> words;
  bool quoted = false;
  bool within = false;
  for (const char c : line) {
    if (quotes && c == '\'') quoted = !quoted;
    if (c == ' ' && !quoted) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    words.back() += c;
  }
  return words;
}

// `end`: after each line but the last.
std::string under_each_other(std::string_view line, const std::vector<std::string>& words, std::string_view end) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), kHanging);
  std::string text;
  std::string row(indent, ' ');
  std::size_t used = indent;
  bool begins = true;
  for (const std::string& word : words) {
    const std::size_t width = width_of(word);
    if (!begins && used + 1 + width + end.size() > columns()) {
      text += row + std::string(end) + '\n';
      used = indent + kHanging;
      row.assign(used, ' ');
      begins = true;
    }
    row += begins ? word : ' ' + word;
    used += width + (begins ? 0 : 1);
    begins = false;
  }
  return text + row + '\n';
}

}  // namespace

std::string fitted(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::string_view line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    if (width_of(line) <= columns())
      result += std::string(line) + '\n';
    else
      result += under_each_other(line, split_words(line, false), "");
  }
  return result;
}

std::string fitted_command(std::string_view line) {
  constexpr std::string_view kGoesOn = " \\";
  if (width_of(line) <= columns()) return std::string(line) + '\n';
  const bool goes_on = line.ends_with(kGoesOn);
  if (goes_on) line.remove_suffix(kGoesOn.size());
  std::string text = under_each_other(line, split_words(line, true), kGoesOn);
  if (goes_on) text.insert(text.size() - 1, kGoesOn);
  return text;
}

std::string entry(std::string_view name, std::string_view text, std::size_t begin) {
  constexpr std::size_t kLeastRoom = 24;
  while (name.ends_with(' ')) name.remove_suffix(1);
  if (columns() < begin + kLeastRoom) return fitted(name) + wrap(text, columns(), kHanging);
  std::string lines = wrap(text, columns(), begin);
  if (width_of(name) >= begin) return std::string(name) + '\n' + lines;
  return std::string(name) + lines.substr(width_of(name));  // in the place of as many blanks
}

std::string shortened(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  return std::string(text.substr(0, bytes_within(text, width - 2))) + "..";
}

std::string digits(double value, int significant) {
  return std::abs(value) >= 100 ? fmt::format("{:.0f}", value) : fmt::format("{:.{}g}", value, significant);
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
