// A verb's options: parsed by Boost.Program_options, errors as UsageError, `--help` with usage and examples.
#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/verbs.hpp"

namespace ktlssim {

struct HelpText {
  std::string_view usage;  // "ktlssim run SCENARIO [options]"
  std::string_view text;   // what the verb does
  std::string_view examples;
};

// Positional arguments are collected under `operands`. Option names must be written in full. Nothing if
// `--help` was among the arguments, which has then been printed.
std::optional<boost::program_options::variables_map> parse_options(
    const Arguments& arguments, const boost::program_options::options_description& options,
    const HelpText& help);

// The positional arguments; UsageError unless there are `min` to `max` of them. `what` names one of them.
std::vector<std::string> operands(const boost::program_options::variables_map& values, std::size_t min,
                                  std::size_t max, std::string_view what);

// An integer option's text within [min, max]; UsageError otherwise.
std::int64_t integer_option(std::string_view name, const std::string& text, std::int64_t min,
                            std::int64_t max);

// `--jobs`, or one per CPU of this machine.
std::size_t jobs_option(const boost::program_options::variables_map& values);

// The position of `text` in `names`; UsageError otherwise.
std::size_t choice_option(std::string_view name, const std::string& text,
                          std::span<const std::string_view> names);

}  // namespace ktlssim
