// Text to the tree of an expression.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/expression/expression.hpp"

namespace ktlssim {

// `sign` is the operator or the function; of a leaf it is empty: a value, a pointer or a name.
struct Expression::Node {
  std::string sign;
  std::vector<std::shared_ptr<const Node>> operands;
  Json value;
  std::string name;  // of a parameter (a JSON pointer) or a metric
  std::string text;  // as it was written, without spaces around
};

inline constexpr std::string_view kComparisons[]{"<=", ">=", "==", "!=", "<", ">"};

// Pointers and names are added to the lists, each once. Throws ExpressionError.
std::shared_ptr<const Expression::Node> parse_expression(std::string_view text, std::vector<std::string>& pointers,
                                                         std::vector<std::string>& names);

}  // namespace ktlssim
