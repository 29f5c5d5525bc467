#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/completion.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kCompletionHelp{"ktlssim completion SHELL",
                         "Prints a script with which SHELL (bash, zsh or fish) completes verbs, options and the "
                         "values that they take.",
                         "  ktlssim completion bash > ktlssim.bash\n"
                         "  ktlssim completion zsh > _ktlssim\n"
                         "  ktlssim completion fish > ktlssim.fish\n"};

Shell shell_called(const std::string& name) {
  const auto found = std::ranges::find(kShellNames, name);
  if (found != kShellNames.end()) return static_cast<Shell>(found - kShellNames.begin());
  const Texts known(kShellNames.begin(), kShellNames.end());
  throw UsageError(fmt::format("no completion for \"{}\" (there is: {}){}", name, fmt::join(known, ", "),
                               did_you_mean(name, known)));
}

}  // namespace

Options completion_options() { return {kCompletionHelp, {"SHELL", 1, 1}}; }

int completion_verb(const Values& values) {
  print(completion_script(shell_called(values.operands().front())));
  return kExitDone;
}

}  // namespace ktlssim
