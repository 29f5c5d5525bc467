#include "sim/experiment/expression/expression_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace ktlssim {

namespace {

using Node = Expression::Node;
using NodePtr = std::shared_ptr<const Node>;

constexpr std::array<std::string_view, 4> kFunctions{"min", "max", "abs", "known"};
constexpr std::array<std::string_view, 3> kWords{"and", "or", "not"};
constexpr int kDeepest = 64;
constexpr std::size_t kLongest = 2000;  // bounds the depth of what is built from it

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }
bool is_letter(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

class Parser {
 public:
  Parser(std::string_view text, std::vector<std::string>& pointers, std::vector<std::string>& names)
      : text_(text), pointers_(pointers), names_(names) {}

  NodePtr parse() {
    if (text_.size() > kLongest) fail(fmt::format("longer than {} characters", kLongest));
    NodePtr node = either();
    skip_space();
    if (at_ < text_.size()) fail("expected and, or, a comparison (< <= > >= == !=), + - * /, or the end");
    return node;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw ExpressionError(fmt::format("column {}: {}", at_ + 1, what));
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

  // Of what began at `begin` and ends here.
  NodePtr node(std::size_t begin, std::string_view sign, std::vector<NodePtr> operands) const {
    auto made = std::make_shared<Node>();
    made->sign = sign;
    made->operands = std::move(operands);
    made->text = trimmed(text_.substr(begin, at_ - begin));
    return made;
  }

  // A chain of what `next` reads, joined by any of `signs`.
  NodePtr chain(std::span<const std::string_view> signs, NodePtr (Parser::*next)()) {
    const std::size_t begin = at_;
    NodePtr left = (this->*next)();
    for (;;) {
      const auto sign = std::ranges::find_if(signs, [this](std::string_view s) { return take(s); });
      if (sign == signs.end()) return left;
      NodePtr right = (this->*next)();
      left = node(begin, *sign, {std::move(left), std::move(right)});
    }
  }

  NodePtr either() {
    static constexpr std::array<std::string_view, 1> kOr{"or"};
    if (++depth_ > kDeepest) fail("nested too deeply");
    NodePtr read = chain(kOr, &Parser::both);
    --depth_;
    return read;
  }

  NodePtr both() {
    static constexpr std::array<std::string_view, 1> kAnd{"and"};
    return chain(kAnd, &Parser::negation);
  }

  NodePtr negation() {
    const std::size_t begin = at_;
    bool negated = false;
    while (take("not")) negated = !negated;
    NodePtr read = comparison();
    return negated ? node(begin, "not", {std::move(read)}) : read;
  }

  NodePtr comparison() {
    const std::size_t begin = at_;
    NodePtr left = sum();
    for (const std::string_view sign : kComparisons) {
      if (!take(sign)) continue;
      NodePtr right = sum();
      return node(begin, sign, {std::move(left), std::move(right)});
    }
    return left;
  }

  NodePtr sum() {
    static constexpr std::array<std::string_view, 2> kSigns{"+", "-"};
    return chain(kSigns, &Parser::product);
  }

  NodePtr product() {
    static constexpr std::array<std::string_view, 2> kSigns{"*", "/"};
    return chain(kSigns, &Parser::leaf);
  }

  NodePtr leaf() {
    skip_space();
    const std::size_t begin = at_;
    if (++depth_ > kDeepest) fail("nested too deeply");
    NodePtr read = leaf_from(begin);
    --depth_;
    return read;
  }

  NodePtr leaf_from(std::size_t begin) {
    if (take("(")) {
      NodePtr inner = either();
      if (!take(")")) fail("expected )");
      return inner;
    }
    if (take("-")) {
      NodePtr operand = leaf();
      return node(begin, "negative", {std::move(operand)});
    }
    auto made = std::make_shared<Node>();
    if (take("true"))
      made->value = true;
    else if (take("false"))
      made->value = false;
    else if (at_ < text_.size() && text_[at_] == '/')
      made->name = noted(pointer(), pointers_);
    else if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"'))
      made->value = quoted();
    else if (at_ < text_.size() && is_letter(text_[at_]))
      return named(begin, std::move(made));
    else
      made->value = number();
    made->text = text_.substr(begin, at_ - begin);
    return made;
  }

  NodePtr named(std::size_t begin, std::shared_ptr<Node> made) {
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (std::ranges::find(kWords, word) != kWords.end()) {
      at_ = begin;
      fail("expected a value");
    }
    if (std::ranges::find(kFunctions, word) != kFunctions.end() && take("(")) return call(begin, word);
    made->name = noted(std::string(word), names_);
    made->text = word;
    return made;
  }

  NodePtr call(std::size_t begin, std::string_view function) {
    std::vector<NodePtr> operands;
    do {
      operands.push_back(either());
    } while (take(","));
    if (!take(")")) fail("expected , or )");
    if (operands.size() > 1 && (function == "abs" || function == "known"))
      fail(fmt::format("{} takes one value", function));
    return node(begin, function, std::move(operands));
  }

  static std::string noted(std::string found, std::vector<std::string>& list) {
    if (std::ranges::find(list, found) == list.end()) list.push_back(found);
    return found;
  }

  std::string pointer() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '/' || text_[at_] == '~' ||
                                  (text_[at_] == '-' && at_ + 1 < text_.size() && is_word(text_[at_ + 1]))))
      ++at_;
    return std::string(text_.substr(begin, at_ - begin));
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
    if (error != std::errc())
      fail("expected a number, 'text', true, false, a JSON pointer, the name of a metric or (");
    at_ += static_cast<std::size_t>(stop - begin);
    return value;
  }

  std::string_view text_;
  std::vector<std::string>& pointers_;
  std::vector<std::string>& names_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::shared_ptr<const Expression::Node> parse_expression(std::string_view text, std::vector<std::string>& pointers,
                                                         std::vector<std::string>& names) {
  return Parser(text, pointers, names).parse();
}

}  // namespace ktlssim
