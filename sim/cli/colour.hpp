// Colour, where there is a terminal that has it and nobody asked for none (NO_COLOR, TERM=dumb).
#pragma once

#include <string>
#include <string_view>

namespace ktlssim {

// Whether what is written to this file descriptor may have colour.
bool has_colour(int descriptor);

// `text` with its verdicts in colour: what holds green, what fails or cannot be believed red, what is proven bold. They
// are found by the words that begin or end a line, so that tables are laid out without.
std::string coloured(std::string_view text);

}  // namespace ktlssim
