#include <fmt/format.h>

#include <array>

#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kParametersHelp{"ktlssim parameters",
                         "Explains every parameter of a scenario: JSON pointer, default, what is allowed, "
                         "meaning. Values below /kernel, /host "
                         "and /driver have no default: they come from the profile that the scenario names.",
                         "  ktlssim parameters\n"
                         "  ktlssim parameters | grep -A2 send_buffer\n"
                         "  ktlssim parameters --format json\n"};

std::string parameter_text(const Parameter& parameter) {
  std::string title = parameter.pointer;
  if (!parameter.fallback.empty()) title += " = " + parameter.fallback;
  const std::string allowed = parameter.allowed.empty() ? "" : fmt::format("allowed: {}", parameter.allowed);
  std::string text = wrap(title, columns()) + (allowed.empty() ? "" : wrap(allowed, columns(), 4)) +
                     wrap(parameter.meaning, columns(), 4);
  for (const Readers& readers : parameter.readers) text += wrap(fmt::format("read by: {}", readers.who), columns(), 4);
  return text;
}

constexpr std::array<std::string_view, 2> kParameterFormats{"text", "json"};

Json parameter_json(const Parameter& parameter) {
  Json readers = Json::array();
  for (const Readers& one : parameter.readers) readers.push_back(one.who);
  return {{"pointer", parameter.pointer},
          {"type", name(parameter.type)},
          {"default", parameter.fallback.empty() ? Json() : Json::parse(parameter.fallback)},
          {"allowed", parameter.allowed},
          {"meaning", parameter.meaning},
          {"read_by", std::move(readers)}};
}

}  // namespace

Options parameters_options() {
  Options options(kParametersHelp, kNoOperands);
  add_format(options, kParameterFormats);
  return options;
}

int parameters_verb(const Values& values) {
  if (as_json(values)) {
    Json all = Json::array();
    for (const Parameter& parameter : scenario_parameters()) all.push_back(parameter_json(parameter));
    print_json("parameters", {{"parameters", all}});
    return kExitDone;
  }
  std::string text;
  for (const Parameter& parameter : scenario_parameters()) text += parameter_text(parameter);
  print(text);
  return kExitDone;
}

}  // namespace ktlssim
