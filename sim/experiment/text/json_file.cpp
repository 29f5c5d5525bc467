#include "sim/experiment/text/json_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

namespace ktlssim {

namespace {

constexpr std::size_t kLongestNumber = 60;  // that is shown
constexpr std::size_t kMaxKeys = 4096;  // of one object; keys are found by linear search

// Builds the value like nlohmann's own handler, and refuses what that one lets pass.
class StrictHandler final : public nlohmann::json_sax<Json> {
 public:
  StrictHandler(std::string_view text, const std::string& file, Problems& problems)
      : text_(text), file_(file), problems_(problems) {}

  Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& written) override {
    // As one too large is: it would silently be another number, and 0 often means something of its own.
    if (std::fpclassify(value) != FP_NORMAL && has_digit_but_zero(written))
      problems_.add(file_, "", written.substr(0, kLongestNumber), "not valid JSON: number too small for a double");
    return add(value);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    Level& level = levels_.back();
    level.key = value;
    if (level.value->contains(value))
      problems_.add(file_, child_pointer(level.pointer, value), "", "the key appears twice in its object");
    if (level.value->size() < kMaxKeys) return true;
    problems_.add(file_, level.pointer, "", fmt::format("an object of more than {} keys", kMaxKeys));
    return false;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    problems_.add(file_, "", place(position), reason(error));
    return false;
  }

 private:
  struct Level {
    Json* value;
    std::string pointer;
    std::string key;
  };

  Json* place_value(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    level.value->erase(level.key);
    return &*level.value->emplace(level.key, std::move(value)).first;
  }

  bool add(Json value) {
    place_value(std::move(value));
    return true;
  }

  bool open(Json container) {
    std::string pointer;
    if (!levels_.empty()) {
      const Level& level = levels_.back();
      const std::string key = level.value->is_array() ? std::to_string(level.value->size()) : level.key;
      pointer = child_pointer(level.pointer, key);
    }
    if (levels_.size() == kMaxJsonDepth) {
      problems_.add(file_, "", "",
                    fmt::format("nested too deeply: at most {} levels are allowed", kMaxJsonDepth));
      return false;
    }
    Json* placed = place_value(std::move(container));
    levels_.push_back({placed, std::move(pointer), {}});
    return true;
  }

  bool close() {
    levels_.pop_back();
    return true;
  }

  static bool has_digit_but_zero(const std::string& number) {
    return number.substr(0, number.find_first_of("eE")).find_first_of("123456789") != std::string::npos;
  }

  std::string place(std::size_t position) const {
    const std::string_view read = text_.substr(0, position == 0 ? 0 : std::min(position - 1, text_.size()));
    const auto line = 1 + std::count(read.begin(), read.end(), '\n');
    const std::size_t newline = read.rfind('\n');
    const std::size_t column = newline == std::string_view::npos ? read.size() + 1 : read.size() - newline;
    return fmt::format("line {}, column {}", line, column);
  }

  // The parser's own words, without its tag and the place, which stand elsewhere in the line.
  static std::string reason(const nlohmann::detail::exception& error) {
    std::string text = error.what();
    const std::size_t tag = text.find("] ");
    if (tag != std::string::npos) text.erase(0, tag + 2);
    if (text.starts_with("parse error at ")) {
      const std::size_t colon = text.find(": ");
      if (colon != std::string::npos) text.erase(0, colon + 2);
    }
    if (text.starts_with("number overflow")) return "not valid JSON: number out of the range of a double";
    return "not valid JSON: " + ascii(text);
  }

  // It quotes what it read last, which may be no text.
  static std::string ascii(std::string_view text) {
    std::string shown;
    for (const char c : text)
      shown += c >= ' ' && c <= '~' ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    return shown;
  }

  std::string_view text_;
  const std::string& file_;
  Problems& problems_;
  Json root_;
  std::vector<Level> levels_;
};

}  // namespace

std::optional<Json> parse_json(std::string_view text, const std::string& file, Problems& problems) {
  if (std::all_of(text.begin(), text.end(),
                  [](char c) { return std::strchr(" \t\r\n", c) != nullptr && c != '\0'; })) {
    problems.add(file, "", "", "empty: expected a JSON object");
    return std::nullopt;
  }
  // The parser takes it for the end, whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    problems.add(file, "", "", fmt::format("byte {}: not valid JSON: a byte of value 0", nul + 1));
    return std::nullopt;
  }
  const std::size_t before = problems.size();
  StrictHandler handler(text, file, problems);
  Json::sax_parse(text, &handler);
  if (problems.size() > before) return std::nullopt;
  return handler.take();
}

std::string input_name(const std::filesystem::path& path) { return path == "-" ? "stdin" : path.string(); }

std::optional<Json> read_json_file(const std::filesystem::path& path, Problems& problems,
                                   std::uintmax_t most_bytes) {
  if (path == "-") {
    // Read once, whoever asks: a verb may look at what kind of file it is before it reads it.
    static const std::string from_stdin{std::istreambuf_iterator<char>(std::cin), {}};
    if (from_stdin.size() <= most_bytes) return parse_json(from_stdin, input_name(path), problems);
    problems.add(input_name(path), "", "", fmt::format("larger than {} MiB", most_bytes >> 20));
    return std::nullopt;
  }
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    problems.add(path.string(), "", "", "is a directory: expected a JSON file");
    return std::nullopt;
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    problems.add(path.string(), "", "", fmt::format("cannot be read: {}", std::strerror(errno)));
    return std::nullopt;
  }
  std::string text;
  std::array<char, 65536> chunk{};
  do {
    file.read(chunk.data(), chunk.size());
    text.append(chunk.data(), static_cast<std::size_t>(file.gcount()));
  } while (file && text.size() <= most_bytes);
  if (file.bad()) {
    problems.add(path.string(), "", "", "cannot be read");
    return std::nullopt;
  }
  if (text.size() > most_bytes) {
    problems.add(path.string(), "", "", fmt::format("larger than {} MiB", most_bytes >> 20));
    return std::nullopt;
  }
  return parse_json(text, path.string(), problems);
}

std::string child_pointer(const std::string& parent, std::string_view key) {
  std::string pointer = parent + '/';
  for (const char c : key) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

std::string json_text(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string short_text(const Json& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kLongest) text.replace(kLongest - 3, std::string::npos, "...");
  return text;
}

std::string_view type_text(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
    case Json::value_t::number_float:
      return "a number";
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  return "nothing";
}

Json number_json(double value) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
  return value;
}

}  // namespace ktlssim
