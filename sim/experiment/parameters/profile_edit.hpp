// Changing values in the text of a profile file, which keeps its layout.
#pragma once

#include <string>

namespace ktlssim {

// `text` with the quantity at `pointer` holding `value`. With a `factor` that is not 0, a source that says "N
// times the value of HOST" says that factor. Throws std::runtime_error if the quantity is not found as its
// file has it by convention: on a line of its own, after the keys of the groups that it is in.
std::string with_quantity(const std::string& text, const std::string& pointer, double value, double factor);

}  // namespace ktlssim
