#include "sim/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <sstream>

#include "sim/cli/text.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace po = boost::program_options;

namespace {

constexpr const char* kOperands = "operands";

std::string spelled(const Option& option) {
  return option.letter == 0 ? option.name : fmt::format("{},{}", option.name, option.letter);
}

std::string limits_text(const Option& option) {
  if (const auto* integer = std::get_if<Integer>(&option.type))
    return fmt::format("{} from {} to {}", option.value, integer->min, integer->max);
  if (const auto* number = std::get_if<Number>(&option.type))
    return fmt::format("{} from {} to {}", option.value, number->min, number->max);
  if (const auto* choice = std::get_if<Choice>(&option.type))
    return fmt::format("{}: {}", option.value, fmt::join(choice->names, ", "));
  return {};
}

po::value_semantic* semantic(const Option& option) {
  if (std::holds_alternative<Flag>(option.type)) return po::bool_switch();
  if (std::holds_alternative<Repeatable>(option.type))
    return po::value<Texts>()->composing()->value_name(option.value);
  auto* const value = po::value<std::string>()->value_name(option.value);
  const std::string fallback = fallback_text(option);
  return fallback.empty() ? value : value->default_value(fallback);
}

po::options_description described(const Options& options) {
  po::options_description all;
  for (const Option& option : options.all()) all.add_options()(spelled(option).c_str(), semantic(option));
  all.add_options()("help,h", "");
  return all;
}

// "  -j, --jobs N (=1)".
std::string heading(const Option& option) {
  std::string text = option.letter == 0 ? "  " : fmt::format("  -{}, ", option.letter);
  text += "--" + option.name;
  if (!option.value.empty()) text += ' ' + option.value;
  const std::string fallback = fallback_text(option);
  return fallback.empty() ? text : fmt::format("{} (={})", text, fallback);
}

Texts long_names(const Options& options) {
  Texts names{"--help"};
  for (const Option& option : options.all()) names.push_back("--" + option.name);
  return names;
}

po::variables_map stored(const Options& options, const Arguments& arguments) {
  po::options_description all = described(options);
  all.add_options()(kOperands, po::value<Texts>());
  po::positional_options_description positional;
  positional.add(kOperands, -1);
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments.own).options(all).positional(positional).style(style).run(), values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    throw UsageError(fmt::format("unknown option {}{}", name, did_you_mean(name, long_names(options))));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  return values;
}

void check_number(std::string_view name, const std::string& text, const Number& number) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !(value >= number.min && value <= number.max))
    throw UsageError(
        fmt::format("--{}: \"{}\": expected a number from {} to {}", name, text, number.min, number.max));
}

void check_choice(std::string_view name, const std::string& text, std::span<const std::string_view> names) {
  if (std::ranges::find(names, text) != names.end()) return;
  const Texts allowed(names.begin(), names.end());
  throw UsageError(fmt::format("--{}: \"{}\": expected one of {}{}", name, text, fmt::join(allowed, ", "),
                               did_you_mean(text, allowed)));
}

void check(const Option& option, const std::string& text) {
  if (const auto* integer = std::get_if<Integer>(&option.type))
    integer_value(option.name, text, integer->min, integer->max);
  else if (const auto* number = std::get_if<Number>(&option.type))
    check_number(option.name, text, *number);
  else if (const auto* choice = std::get_if<Choice>(&option.type))
    check_choice(option.name, text, choice->names);
  else if (const auto* texts = std::get_if<Repeatable>(&option.type); texts != nullptr && !texts->names.empty())
    check_choice(option.name, text, texts->names);
}

void check_operands(const Texts& found, const Operands& allowed) {
  if (found.size() < allowed.min) throw UsageError(fmt::format("{} is missing", allowed.name));
  if (found.size() > allowed.max) throw UsageError(fmt::format("unexpected argument \"{}\"", found.at(allowed.max)));
  if (std::ranges::find(found, "") != found.end()) throw UsageError(fmt::format("{}: expected a name, got \"\"", allowed.name));
}

}  // namespace

Options& Options::add(std::string_view name, std::string_view value, OptionType type, std::string help) {
  const std::size_t comma = name.find(',');
  const char letter = comma == std::string_view::npos ? '\0' : name.at(comma + 1);
  all_.push_back(
      {std::string(name.substr(0, comma)), letter, std::string(value), std::move(type), std::move(help)});
  return *this;
}

const Option* Options::find(std::string_view name) const {
  const auto found = std::ranges::find(all_, name, &Option::name);
  return found == all_.end() ? nullptr : &*found;
}

std::string full_help(const Option& option) {
  const std::string limits = limits_text(option);
  if (option.help.empty()) return limits;
  return limits.empty() ? option.help : fmt::format("{}; {}", option.help, limits);
}

std::string fallback_text(const Option& option) {
  if (const auto* integer = std::get_if<Integer>(&option.type); integer != nullptr && integer->fallback)
    return std::to_string(*integer->fallback);
  if (const auto* choice = std::get_if<Choice>(&option.type)) return std::string(choice->fallback);
  if (const auto* text = std::get_if<Text>(&option.type)) return text->fallback;
  return {};
}

std::string help_text(const Options& options) {
  constexpr std::size_t kMost = 26;  // of names, beside what is said of them
  std::vector<std::pair<std::string, std::string>> rows;
  for (const Option& option : options.all()) rows.emplace_back(heading(option), full_help(option));
  rows.emplace_back("  -h, --help", "print this text");
  std::size_t begin = 0;
  for (const auto& [name, help] : rows) begin = std::min(kMost, std::max(begin, name.size() + 1));
  std::string listed;
  for (const auto& [name, help] : rows) listed += entry(name, help, begin);
  std::string examples;
  std::istringstream lines{std::string(options.help().examples)};
  for (std::string line; std::getline(lines, line);) examples += fitted_command(line);
  return fmt::format("{}\n{}\nOptions:\n{}\nExamples:\n{}", fitted(fmt::format("usage: {}", options.help().usage)),
                     wrap(options.help().text, columns()), listed, examples);
}

std::optional<Values> parse(const Options& options, const Arguments& arguments) {
  const po::variables_map stored_values = stored(options, arguments);
  if (stored_values.contains("help")) return std::nullopt;
  Values values;
  values.command_line_ = arguments.command_line;
  for (const Option& option : options.all()) {
    Values::Value value{option};
    if (stored_values.contains(option.name)) {
      const po::variable_value& found = stored_values.at(option.name);
      value.given = !found.defaulted();
      if (std::holds_alternative<Repeatable>(option.type))
        value.texts = found.as<Texts>();
      else if (!std::holds_alternative<Flag>(option.type))
        value.texts = {found.as<std::string>()};
    }
    for (const std::string& text : value.texts) check(option, text);
    if (value.given && std::holds_alternative<Text>(option.type) && value.texts.front().empty())
      throw UsageError(fmt::format("--{}: expected {}, got \"\"", option.name, option.value));
    values.values_.emplace(option.name, std::move(value));
  }
  if (stored_values.contains(kOperands)) values.operands_ = stored_values.at(kOperands).as<Texts>();
  check_operands(values.operands_, options.operands());
  return values;
}

const Values::Value& Values::at(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw std::logic_error(fmt::format("the verb has no option --{}", name));
  return found->second;
}

bool Values::given(std::string_view name) const { return at(name).given; }

std::int64_t Values::integer(std::string_view name) const {
  const auto& allowed = std::get<Integer>(at(name).option.type);
  return integer(name, allowed.min, allowed.max);
}

std::int64_t Values::integer(std::string_view name, std::int64_t min, std::int64_t max) const {
  return integer_value(name, text(name), min, max);
}

const std::string& Values::text(std::string_view name) const { return at(name).texts.at(0); }

std::optional<std::string> Values::optional_text(std::string_view name) const {
  const Texts& texts = at(name).texts;
  return texts.empty() ? std::nullopt : std::optional(texts.front());
}

Texts Values::texts(std::string_view name) const { return at(name).texts; }

std::size_t Values::index(std::string_view name) const {
  const auto& names = std::get<Choice>(at(name).option.type).names;
  return static_cast<std::size_t>(std::ranges::find(names, text(name)) - names.begin());
}

std::int64_t integer_value(std::string_view name, const std::string& text, std::int64_t min, std::int64_t max) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < min || value > max)
    throw UsageError(fmt::format("--{}: \"{}\": expected an integer from {} to {}", name, text, min, max));
  return value;
}

}  // namespace ktlssim
