#include "sim/experiment/expression/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/expression/expression_parser.hpp"

namespace ktlssim {

namespace {

using Node = Expression::Node;
using Values = Expression::Values;

bool compares(const std::string& sign) { return std::ranges::find(kComparisons, sign) != std::end(kComparisons); }

// Null: it has no value.
Json evaluate(const Node& node, const Values& value_of);

std::optional<bool> truth(const Node& node, const Values& value_of) {
  const Json value = evaluate(node, value_of);
  if (value.is_null()) return std::nullopt;
  if (!value.is_boolean()) throw ExpressionError(fmt::format("{} is neither true nor false", short_text(value)));
  return value.get<bool>();
}

std::optional<double> number_of(const Node& node, const Values& value_of, std::string_view sign) {
  const Json value = evaluate(node, value_of);
  if (value.is_null()) return std::nullopt;
  if (!value.is_number()) throw ExpressionError(fmt::format("{} is no number, which {} needs", short_text(value), sign));
  const double number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

Json json_of(std::optional<bool> value) { return value ? Json(*value) : Json(); }
Json json_of(double value) { return std::isfinite(value) ? Json(value) : Json(); }

// `decisive`: the value of one side that decides alone.
Json connect(const Node& node, const Values& value_of, bool decisive) {
  const std::optional<bool> left = truth(*node.operands[0], value_of);
  if (left == decisive) return decisive;
  const std::optional<bool> right = truth(*node.operands[1], value_of);
  if (right == decisive) return decisive;
  return left && right ? Json(!decisive) : Json();
}

Json compute(const Node& node, const Values& value_of) {
  const std::string& sign = node.sign;
  std::vector<double> numbers;
  for (const auto& operand : node.operands) {
    const std::optional<double> number = number_of(*operand, value_of, sign);
    if (!number) return nullptr;
    numbers.push_back(*number);
  }
  if (sign == "negative") return -numbers[0];
  if (sign == "abs") return std::abs(numbers[0]);
  if (sign == "min") return std::ranges::min(numbers);
  if (sign == "max") return std::ranges::max(numbers);
  const double left = numbers.at(0);
  const double right = numbers.at(1);
  if (sign == "<") return left < right;
  if (sign == "<=") return left <= right;
  if (sign == ">") return left > right;
  if (sign == ">=") return left >= right;
  if (sign == "+") return json_of(left + right);
  if (sign == "-") return json_of(left - right);
  if (sign == "*") return json_of(left * right);
  return right == 0 ? Json() : json_of(left / right);
}

Json evaluate(const Node& node, const Values& value_of) {
  const std::string& sign = node.sign;
  if (sign.empty()) return node.name.empty() ? node.value : value_of(node.name);
  if (sign == "known") return !evaluate(*node.operands[0], value_of).is_null();
  if (sign == "and") return connect(node, value_of, false);
  if (sign == "or") return connect(node, value_of, true);
  if (sign == "not") {
    const std::optional<bool> value = truth(*node.operands[0], value_of);
    return json_of(value ? std::optional(!*value) : std::nullopt);
  }
  if (sign == "==" || sign == "!=") {
    const Json left = evaluate(*node.operands[0], value_of);
    const Json right = evaluate(*node.operands[1], value_of);
    if (left.is_null() || right.is_null()) return nullptr;
    return (left == right) == (sign == "==");
  }
  return compute(node, value_of);
}

void add_comparisons(const std::shared_ptr<const Node>& node, std::vector<std::shared_ptr<const Node>>& found) {
  if (node->sign == "and") {
    for (const auto& operand : node->operands) add_comparisons(operand, found);
    return;
  }
  if (!compares(node->sign) || node->sign == "==" || node->sign == "!=")
    throw ExpressionError(fmt::format("\"{}\": expected a comparison of numbers by < <= > or >=, or several joined by and",
                                      node->text));
  found.push_back(node);
}

// By how far a comparison is fulfilled.
std::shared_ptr<const Node> margin_of(const Node& comparison) {
  auto margin = std::make_shared<Node>();
  margin->sign.assign(1, '-');
  margin->operands = comparison.operands;
  if (comparison.sign.front() == '<') std::swap(margin->operands[0], margin->operands[1]);
  margin->text = comparison.text;
  return margin;
}

}  // namespace

Expression::Expression(std::string_view text) : text_(text), root_(parse_expression(text, pointers_, names_)) {}

bool Expression::is_condition() const {
  const std::string& sign = root_->sign;
  return compares(sign) || sign == "and" || sign == "or" || sign == "not" || sign == "known" ||
         (sign.empty() && root_->value.is_boolean());
}

std::optional<bool> Expression::holds(const Values& value_of) const { return truth(*root_, value_of); }

std::optional<double> Expression::number(const Values& value_of) const {
  return number_of(*root_, value_of, "a calculation");
}

std::vector<Margin> Expression::margins() const {
  std::vector<std::shared_ptr<const Node>> comparisons;
  add_comparisons(root_, comparisons);
  std::vector<Margin> found;
  for (const auto& comparison : comparisons) {
    Expression by(comparison->text, margin_of(*comparison));
    by.pointers_ = pointers_;
    by.names_ = names_;
    found.push_back({std::move(by), comparison->sign.size() == 1});
  }
  return found;
}

}  // namespace ktlssim
