// The only place that writes to standard output: data. Everything else goes to standard error.
#pragma once

#include <stdexcept>
#include <string_view>

namespace ktlssim {

// Whoever read the output went away (`| head`): not an error.
class OutputClosed : public std::exception {};

// Throws OutputClosed, or std::system_error if the output cannot be written, a full disk for example.
void print(std::string_view text);

// A line on standard error, after "ktlssim: ".
void complain(std::string_view message);

}  // namespace ktlssim
