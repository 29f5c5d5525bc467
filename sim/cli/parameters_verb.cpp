#include <fmt/format.h>

#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{"ktlssim parameters",
                         "Explains every parameter of a scenario: JSON pointer, default, what is allowed, "
                         "meaning. Values below /kernel, /host "
                         "and /driver have no default: they come from the profile that the scenario names.",
                         "  ktlssim parameters\n"
                         "  ktlssim parameters | grep -A2 send_buffer\n"};

std::string parameter_text(const Parameter& parameter) {
  std::string title = parameter.pointer;
  if (!parameter.fallback.empty()) title += " = " + parameter.fallback;
  const std::string allowed = parameter.allowed.empty() ? "" : fmt::format("allowed: {}", parameter.allowed);
  std::string text = wrap(title, kColumns) + (allowed.empty() ? "" : wrap(allowed, kColumns, 4)) +
                     wrap(parameter.meaning, kColumns, 4);
  for (const Readers& readers : parameter.readers) text += wrap(fmt::format("read by: {}", readers.who), kColumns, 4);
  return text;
}

}  // namespace

Options parameters_options() { return {kHelp, kNoOperands}; }

int parameters_verb(const Values&) {
  std::string text;
  for (const Parameter& parameter : scenario_parameters()) text += parameter_text(parameter);
  print(text);
  return kExitDone;
}

}  // namespace ktlssim
