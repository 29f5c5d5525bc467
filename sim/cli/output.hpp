// The only place that writes to standard output: data. Everything else goes to standard error.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Whoever read the output went away (`| head`): not an error.
class OutputClosed : public std::exception {};

// Throws OutputClosed, or std::system_error if the output cannot be written, a full disk for example.
void print(std::string_view text);

// A table or text for a reader, made for 80 columns: on a narrower terminal its lines are fitted (text.hpp). JSON in its place
// stays as it is.
void print_table(std::string_view text);

// A JSON object, after `verb`, which says by which verb of this program it was written. `ktlssim schema output` describes
// them all.
void print_json(std::string_view verb, const Json& content);
std::string json_of_verb(std::string_view verb, const Json& content);

// A line on standard error, after "ktlssim: ". Never fails.
void complain(std::string_view message);

}  // namespace ktlssim
