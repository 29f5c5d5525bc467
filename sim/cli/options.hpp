// The options of a verb: each is declared once, with its type, its limits and its default. The parser, the errors, the
// help, the man page and the completion of shells follow from that. Values are read typed; once parsed they are sound.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ktlssim {

// The command line is wrong; the message says how.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Texts = std::vector<std::string>;

// What an option takes.
struct Integer {
  std::int64_t min;
  std::int64_t max;
  std::optional<std::int64_t> fallback = {};
};
struct Number {
  double min;
  double max;
};
struct Choice {
  std::span<const std::string_view> names;
  std::string_view fallback;
};
struct Text {
  std::string fallback = {};
};
struct Repeatable {
  std::vector<std::string_view> names = {};  // the only ones; none: any text
};
struct Flag {};

using OptionType = std::variant<Integer, Number, Choice, Text, Repeatable, Flag>;

struct Option {
  std::string name;   // without dashes
  char letter;        // its short form; 0: none
  std::string value;  // what its value is called, such as DIR; nothing for a flag
  OptionType type;
  std::string help;
};

// What stands on the command line beside options.
struct Operands {
  std::string_view name;  // of the first
  std::size_t min;
  std::size_t max;
  static constexpr std::size_t kAny = static_cast<std::size_t>(-1);
};
inline constexpr Operands kNoOperands{"", 0, 0};

struct HelpText {
  std::string_view usage;  // "ktlssim run SCENARIO [options]"
  std::string_view text;   // what the verb does
  std::string_view examples;
};

class Options {
 public:
  Options(const HelpText& help, Operands operands) : help_(help), operands_(operands) {}

  // `name` is "jobs", or "jobs,j" with a short form.
  Options& add(std::string_view name, std::string_view value, OptionType type, std::string help);
  Options& flag(std::string_view name, std::string help) { return add(name, "", Flag{}, std::move(help)); }

  const HelpText& help() const { return help_; }
  const Operands& operands() const { return operands_; }
  const std::vector<Option>& all() const { return all_; }
  const Option* find(std::string_view name) const;

 private:
  HelpText help_;
  Operands operands_;
  std::vector<Option> all_;
};

// The help of an option, with its limits or choices.
std::string full_help(const Option& option);
// Its default as text; nothing if there is none.
std::string fallback_text(const Option& option);
std::string help_text(const Options& options);

// What a verb gets: its own arguments, and the whole command line for the record.
struct Arguments {
  Texts own;
  std::string command_line;
};

class Values {
 public:
  // Whether the verb has the option at all.
  bool has(std::string_view name) const { return values_.contains(name); }
  // Rather than its default. A flag is given or not.
  bool given(std::string_view name) const;
  // With a default, or given.
  std::int64_t integer(std::string_view name) const;
  // The same where the input narrows the range; UsageError outside.
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max) const;
  std::size_t count(std::string_view name) const { return static_cast<std::size_t>(integer(name)); }
  const std::string& text(std::string_view name) const;
  std::optional<std::string> optional_text(std::string_view name) const;
  Texts texts(std::string_view name) const;
  template <class Enum>
  Enum choice(std::string_view name) const {
    return static_cast<Enum>(index(name));
  }
  bool chosen(std::string_view name, std::string_view one) const { return text(name) == one; }

  const Texts& operands() const { return operands_; }
  const std::string& command_line() const { return command_line_; }

 private:
  friend std::optional<Values> parse(const Options& options, const Arguments& arguments);
  std::size_t index(std::string_view name) const;

  struct Value {
    Option option;
    bool given = false;
    Texts texts = {};  // one, unless it is repeatable; none: no default, and not given
  };
  const Value& at(std::string_view name) const;

  std::map<std::string, Value, std::less<>> values_;
  Texts operands_;
  std::string command_line_;
};

// Options must be written in full. Throws UsageError if anything is wrong, of options before operands. Nothing if
// `--help` was among the arguments.
std::optional<Values> parse(const Options& options, const Arguments& arguments);

// `text` as a value of the option `name`; UsageError otherwise.
std::int64_t integer_value(std::string_view name, const std::string& text, std::int64_t min, std::int64_t max);

}  // namespace ktlssim
