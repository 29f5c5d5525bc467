// What a sweep's points must fulfil, as a line of text:
// "/workload/sessions >= /ktls/workers and /host/cpus != 6".
//
//   condition   comparison
//               `not` condition, condition `and` condition, condition `or` condition, ( condition )
//   comparison  value < value, and likewise <= > >= == != ; all but the last two compare numbers only
//   value       number, 'text', true, false, the JSON pointer of a parameter
//               value + value, value - value, value * value, ( value )
//
// `not` binds closest, then `and`, then `or`. There is no division: a slash begins a pointer, which a minus
// sign without spaces around it continues.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// The text is no condition, or compares what cannot be compared; the message says what and where.
class ConstraintError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Constraint {
 public:
  // Throws ConstraintError.
  explicit Constraint(std::string_view text);
  ~Constraint();
  Constraint(Constraint&&) noexcept;
  Constraint& operator=(Constraint&&) noexcept;

  // The parameters it speaks of, in order, each once.
  const std::vector<std::string>& pointers() const { return pointers_; }
  // `value_of` gives the value (number, text, true or false) of a pointer. Throws ConstraintError, and what
  // `value_of` throws.
  bool holds(const std::function<Json(const std::string&)>& value_of) const;

  struct Node;

 private:
  std::vector<std::string> pointers_;
  std::unique_ptr<Node> root_;
};

}  // namespace ktlssim
