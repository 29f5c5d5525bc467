// JSON read strictly and written exactly: what a lenient parser lets pass (duplicate keys, trailing text,
// numbers that become infinite) is an error here, with its place.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Keys keep the order in which they were written.
using Json = nlohmann::ordered_json;

inline constexpr int kMaxJsonDepth = 64;
inline constexpr std::uintmax_t kMaxJsonBytes = 16u << 20;

// Parses `text`; `file` is what problems call it. Nothing if there were any.
std::optional<Json> parse_json(std::string_view text, const std::string& file, Problems& problems);

// What problems call a file that a user named: itself, or "stdin" for "-".
std::string input_name(const std::filesystem::path& path);

// Reads a regular file (or a pipe) of at most `most_bytes`; for "-" what standard input holds.
std::optional<Json> read_json_file(const std::filesystem::path& path, Problems& problems,
                                   std::uintmax_t most_bytes = kMaxJsonBytes);

// `parent` + "/" + `key`, with '~' and '/' escaped (RFC 6901).
std::string child_pointer(const std::string& parent, std::string_view key);

// Indented, with a newline at its end; what is not UTF-8 is replaced.
std::string json_text(const Json& value);

// On one line, ASCII, cut where it gets long: for messages.
std::string short_text(const Json& value);

// "a string", "an object", ...
std::string_view type_text(const Json& value);

// Integers without a fraction, everything else in the fewest digits that read back as the same double.
Json number_json(double value);

}  // namespace ktlssim
