#include "sim/cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <thread>

#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace po = boost::program_options;

namespace {

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back("--" + option->long_name());
  return names;
}

void print_help(const po::options_description& options, const HelpText& help) {
  std::ostringstream listed;
  listed << options;
  print(fmt::format("usage: {}\n\n{}\n{}\nExamples:\n{}", help.usage, wrap(help.text, kColumns), listed.str(),
                    help.examples));
}

}  // namespace

std::optional<po::variables_map> parse_options(const Arguments& arguments,
                                               const po::options_description& options, const HelpText& help) {
  po::options_description visible("Options", kColumns);
  visible.add(options).add_options()("help,h", "print this text");
  po::options_description all;
  all.add(visible).add_options()("operands", po::value<std::vector<std::string>>());
  po::positional_options_description positional;
  positional.add("operands", -1);
  const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments.own).options(all).positional(positional).style(style).run(),
              values);
    po::notify(values);
  } catch (const po::unknown_option& error) {
    const std::string name = error.get_option_name();
    throw UsageError(fmt::format("unknown option {}{}", name, did_you_mean(name, long_names(visible))));
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
  if (!values.contains("help")) return values;
  print_help(visible, help);
  return std::nullopt;
}

std::vector<std::string> operands(const po::variables_map& values, std::size_t min, std::size_t max,
                                  std::string_view what) {
  std::vector<std::string> found;
  if (values.contains("operands")) found = values.at("operands").as<std::vector<std::string>>();
  if (found.size() < min) throw UsageError(fmt::format("{} is missing", what));
  if (found.size() > max) throw UsageError(fmt::format("unexpected argument \"{}\"", found.at(max)));
  return found;
}

std::int64_t integer_option(std::string_view name, const std::string& text, std::int64_t min,
                            std::int64_t max) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || value < min || value > max)
    throw UsageError(fmt::format("--{}: \"{}\": expected an integer from {} to {}", name, text, min, max));
  return value;
}

std::size_t jobs_option(const po::variables_map& values) {
  constexpr std::int64_t kMaxJobs = 4096;
  if (!values.contains("jobs")) return std::max(1u, std::thread::hardware_concurrency());
  return static_cast<std::size_t>(integer_option("jobs", values.at("jobs").as<std::string>(), 1, kMaxJobs));
}

std::size_t choice_option(std::string_view name, const std::string& text,
                          std::span<const std::string_view> names) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::vector<std::string> allowed(names.begin(), names.end());
  throw UsageError(fmt::format("--{}: \"{}\": expected one of {}{}", name, text, fmt::join(names, ", "),
                               did_you_mean(text, allowed)));
}

}  // namespace ktlssim
