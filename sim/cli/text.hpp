// Plain text for a terminal, or for none.
//
// Widths are those on the screen: a letter of UTF-8 is one, a Chinese one two.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ktlssim {

// Of the terminal that standard output is, or as COLUMNS says; 80 where there is none.
std::size_t columns();

// Whether letters that are not ASCII may be printed: the locale (LC_ALL, LC_CTYPE, LANG) says UTF-8.
bool prints_utf8();

// What can be printed as it is: line breaks become spaces, and everything that the locale cannot show, or that would
// steer a terminal, a question mark.
std::string plain(std::string_view text);

// The same for what tells two things apart, as names of files do: bytes instead of question marks, such as "\\xc3".
std::string label(std::string_view text);

// Breaks `text` at spaces into lines of at most `width`, each after `indent` spaces and ended by a line
// break; words that are too long are cut. Line breaks in `text` stay.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent = 0);

// The words of a line that is wider than the terminal stand under each other, what goes on indented more. Lines that fit stay
// as they are.
std::string fitted(std::string_view text);

// The same for a command of a shell, which can be pasted: lines end in a backslash, quoted text stays together.
std::string fitted_command(std::string_view line);

// A name, and what is said of it from column `begin` on; under the name, where that leaves too little room or it is too long.
std::string entry(std::string_view name, std::string_view text, std::size_t begin);

// At most `width` wide, the last ones dots where something was cut.
std::string shortened(std::string_view text, std::size_t width);

// `significant` digits, and all of those before the point.
std::string digits(double value, int significant);
// Three, as most figures are published.
inline std::string short_number(double value) { return digits(value, 3); }

// Four significant digits, never an exponent between 1e-4 and 1e15; "-" where it is not a number.
std::string number_text(double value);

}  // namespace ktlssim
