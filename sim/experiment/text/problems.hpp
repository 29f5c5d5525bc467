// What is wrong with the user's input: collected while reading, reported all at once.
#pragma once

#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ktlssim {

// `pointer` is a JSON pointer into `file`, `value` the offending value as short JSON text; either may be
// empty. `message` says what is allowed.
struct Problem {
  std::string file;
  std::string pointer;
  std::string value;
  std::string message;

  std::string line() const;  // "FILE: /json/pointer: VALUE: message", empty parts left out
};

// Carries every problem found; what() is one line each.
class InputError : public std::exception {
 public:
  explicit InputError(std::vector<Problem> problems);
  const char* what() const noexcept override { return text_.c_str(); }
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
  std::string text_;
};

class Problems {
 public:
  void add(std::string file, std::string pointer, std::string value, std::string message);
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const std::vector<Problem>& list() const { return list_; }
  // Throws InputError if there is anything to report.
  void throw_if_any() const;

 private:
  std::vector<Problem> list_;
};

// Letters inserted, left out, replaced or swapped with a neighbour, upper and lower case being the same.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that `name` was probably meant to be; empty if none is near.
std::string nearest(std::string_view name, std::span<const std::string> candidates);

// For the end of a message: `; did you mean "NEAREST"?`, or nothing.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// `"a", "b", "c"`
std::string quoted_list(std::span<const std::string> names);

}  // namespace ktlssim
