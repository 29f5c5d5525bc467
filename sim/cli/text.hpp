// Plain text for a terminal of 80 columns, or for none.
#pragma once

#include <string>
#include <string_view>

namespace ktlssim {

inline constexpr std::size_t kColumns = 80;

// Printable ASCII only: everything else becomes a question mark, line breaks become spaces.
std::string plain(std::string_view text);

// Breaks `text` at spaces into lines of at most `columns`, each after `indent` spaces and ended by a line
// break; words that are too long are cut. Line breaks in `text` stay.
std::string wrap(std::string_view text, std::size_t columns, std::size_t indent = 0);

// At most `width` characters, the last ones dots where something was cut.
std::string shortened(std::string_view text, std::size_t width);

// Four significant digits, never an exponent between 1e-4 and 1e15; "-" where it is not a number.
std::string number_text(double value);

}  // namespace ktlssim
