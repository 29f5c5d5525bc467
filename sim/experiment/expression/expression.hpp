// The one language in which users say what they want, in sweeps and in verbs:
// "throughput_gbps >= 90 and cpu_percent / throughput_gbps <= 0.5", "/workload/sessions >= /ktls/workers".
//
//   condition   comparison
//               `not` condition, condition `and` condition, condition `or` condition, ( condition )
//   comparison  value < value, and likewise <= > >= == != ; all but the last two compare numbers only
//   value       number, 'text', true, false, the JSON pointer of a parameter, the name of a metric
//               value + value, value - value, value * value, value / value, - value, ( value )
//               min(value, ...), max(value, ...), abs(value), known(value)
//
// `not` binds closest, then `and`, then `or`. A slash where a value begins is a pointer, which a minus sign without
// spaces around it continues; after a value it divides.
//
// What is not defined has no value: a metric that a run does not have, a division by zero, and what is computed from
// them. A comparison with it is neither true nor false, `and` and `or` are decided by their other side where that
// alone decides (Kleene's logic), and known(value) is false.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// The text is no expression, or computes what cannot be computed; the message says what and where.
class ExpressionError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Margin;

class Expression {
 public:
  // The value (number, text, true or false) of a pointer or a name; null where there is none.
  using Values = std::function<Json(const std::string&)>;

  // Throws ExpressionError.
  explicit Expression(std::string_view text);

  const std::string& text() const { return text_; }
  // The parameters and the metrics it speaks of, in order, each once.
  const std::vector<std::string>& pointers() const { return pointers_; }
  const std::vector<std::string>& names() const { return names_; }
  // Whether it compares, or is true or false, rather than a number.
  bool is_condition() const;

  // Whether the condition is fulfilled; nothing where that is not defined. Both throw ExpressionError if it is
  // of another kind than asked for, and what `value_of` throws.
  std::optional<bool> holds(const Values& value_of) const;
  std::optional<double> number(const Values& value_of) const;

  // The condition as comparisons of numbers (< <= > >=) that must all hold. Throws ExpressionError where it is not that.
  std::vector<Margin> margins() const;

  struct Node;

 private:
  Expression(std::string text, std::shared_ptr<const Node> root) : text_(std::move(text)), root_(std::move(root)) {}

  std::string text_;
  std::vector<std::string> pointers_;
  std::vector<std::string> names_;
  std::shared_ptr<const Node> root_;
};

// By how far a comparison is fulfilled: zero at its limit, positive where it holds.
struct Margin {
  Expression by;
  bool strict;  // at the limit it does not hold

  bool holds(double value) const { return strict ? value > 0 : value >= 0; }
};

}  // namespace ktlssim
