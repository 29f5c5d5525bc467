#include "sim/experiment/sweep/constraint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace ktlssim {

// `sign` is the operator; of a leaf it is empty: a value, or a pointer.
struct Constraint::Node {
  std::string sign;
  std::unique_ptr<Node> left;  // null for `not`
  std::unique_ptr<Node> right;
  Json value;
  std::string pointer;
};

namespace {

using Node = Constraint::Node;
using Values = std::function<Json(const std::string&)>;

constexpr std::array<std::string_view, 6> kComparisons{"<=", ">=", "==", "!=", "<", ">"};
constexpr int kDeepest = 64;
constexpr std::size_t kLongest = 2000;  // bounds the depth of what is built from it

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Parser {
 public:
  Parser(std::string_view text, std::vector<std::string>& pointers) : text_(text), pointers_(pointers) {}

  std::unique_ptr<Node> parse() {
    if (text_.size() > kLongest) fail(fmt::format("longer than {} characters", kLongest));
    std::unique_ptr<Node> node = either();
    skip_space();
    if (at_ < text_.size()) fail("expected and, or, a comparison (< <= > >= == !=), + - *, or the end");
    return node;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw ConstraintError(fmt::format("column {}: {}", at_ + 1, what));
  }

  void skip_space() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  bool take(std::string_view sign) {
    skip_space();
    if (!text_.substr(at_).starts_with(sign)) return false;
    const std::size_t end = at_ + sign.size();
    if (is_word(sign.front()) && end < text_.size() && is_word(text_[end])) return false;
    at_ = end;
    return true;
  }

  static std::unique_ptr<Node> join(std::string_view sign, std::unique_ptr<Node> left,
                                    std::unique_ptr<Node> right) {
    auto node = std::make_unique<Node>();
    node->sign = sign;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  std::unique_ptr<Node> either() {
    if (++depth_ > kDeepest) fail("nested too deeply");
    std::unique_ptr<Node> node = both();
    while (take("or")) node = join("or", std::move(node), both());
    --depth_;
    return node;
  }

  std::unique_ptr<Node> both() {
    std::unique_ptr<Node> node = negation();
    while (take("and")) node = join("and", std::move(node), negation());
    return node;
  }

  std::unique_ptr<Node> negation() {
    bool negated = false;
    while (take("not")) negated = !negated;
    std::unique_ptr<Node> node = comparison();
    return negated ? join("not", nullptr, std::move(node)) : std::move(node);
  }

  std::unique_ptr<Node> comparison() {
    std::unique_ptr<Node> node = sum();
    for (const std::string_view sign : kComparisons)
      if (take(sign)) return join(sign, std::move(node), sum());
    return node;
  }

  std::unique_ptr<Node> sum() {
    std::unique_ptr<Node> node = product();
    while (true) {
      if (take("+"))
        node = join("+", std::move(node), product());
      else if (take("-"))
        node = join("-", std::move(node), product());
      else
        return node;
    }
  }

  std::unique_ptr<Node> product() {
    std::unique_ptr<Node> node = leaf();
    while (take("*")) node = join("*", std::move(node), leaf());
    return node;
  }

  std::unique_ptr<Node> leaf() {
    if (take("(")) {
      std::unique_ptr<Node> node = either();
      if (!take(")")) fail("expected )");
      return node;
    }
    auto node = std::make_unique<Node>();
    if (take("true"))
      node->value = true;
    else if (take("false"))
      node->value = false;
    else if (at_ < text_.size() && text_[at_] == '/')
      node->pointer = pointer();
    else if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"'))
      node->value = quoted();
    else
      node->value = number();
    return node;
  }

  std::string pointer() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '/' || text_[at_] == '~' ||
                                  (text_[at_] == '-' && at_ + 1 < text_.size() && is_word(text_[at_ + 1]))))
      ++at_;
    std::string found(text_.substr(begin, at_ - begin));
    if (std::find(pointers_.begin(), pointers_.end(), found) == pointers_.end()) pointers_.push_back(found);
    return found;
  }

  Json quoted() {
    const char mark = text_[at_];
    const std::size_t end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) fail("a quotation mark without its partner");
    const std::string found(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return found;
  }

  Json number() {
    double value = 0;
    const char* begin = text_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) fail("expected a number, 'text', true, false, a JSON pointer or (");
    at_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

  std::string_view text_;
  std::vector<std::string>& pointers_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

Json evaluate(const Node& node, const Values& value_of);

bool truth(const Node& node, const Values& value_of) {
  const Json value = evaluate(node, value_of);
  if (!value.is_boolean())
    throw ConstraintError(fmt::format("{} is neither true nor false", short_text(value)));
  return value.get<bool>();
}

double number_of(const Node& node, const Values& value_of, std::string_view sign) {
  const Json value = evaluate(node, value_of);
  if (!value.is_number())
    throw ConstraintError(fmt::format("{} is no number, which {} needs", short_text(value), sign));
  return value.get<double>();
}

Json evaluate(const Node& node, const Values& value_of) {
  const std::string& sign = node.sign;
  if (sign.empty()) return node.pointer.empty() ? node.value : value_of(node.pointer);
  if (sign == "not") return !truth(*node.right, value_of);
  if (sign == "and") return truth(*node.left, value_of) && truth(*node.right, value_of);
  if (sign == "or") return truth(*node.left, value_of) || truth(*node.right, value_of);
  if (sign == "==") return evaluate(*node.left, value_of) == evaluate(*node.right, value_of);
  if (sign == "!=") return evaluate(*node.left, value_of) != evaluate(*node.right, value_of);
  const double left = number_of(*node.left, value_of, sign);
  const double right = number_of(*node.right, value_of, sign);
  if (sign == "<") return left < right;
  if (sign == "<=") return left <= right;
  if (sign == ">") return left > right;
  if (sign == ">=") return left >= right;
  if (sign == "+") return left + right;
  if (sign == "-") return left - right;
  return left * right;
}

}  // namespace

Constraint::Constraint(std::string_view text) : root_(Parser(text, pointers_).parse()) {}
Constraint::~Constraint() = default;
Constraint::Constraint(Constraint&&) noexcept = default;
Constraint& Constraint::operator=(Constraint&&) noexcept = default;

bool Constraint::holds(const Values& value_of) const { return truth(*root_, value_of); }

}  // namespace ktlssim
