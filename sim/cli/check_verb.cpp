#include <fmt/format.h>

#include "sim/cli/file_kinds.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{
    "ktlssim check FILE...",
    "Reads files of every kind (scenario, sweep, fit, suite of claims, host, driver and kernel profile, conditions of "
    "the twin, influences), with the files they name, and reports everything that is wrong with them. Their keys say which kind they are: "
    "docs/files.md. Simulates nothing. Exit status: 0 all are sound, 2 otherwise.",
    "  ktlssim check scenarios/*.json scenarios/sweeps/*.json\n"
    "  ktlssim check scenarios/validation/published.json\n"
    "  ktlssim check scenarios/ccr-tls12-gcm128.json --set /ktls/workers=16\n"};

}  // namespace

Options check_options() {
  Options options(kHelp, {"FILE", 1, Operands::kAny});
  add_sets(options, "change a parameter of every scenario first; may be repeated");
  return options;
}

int check_verb(const Values& values) {
  const Texts sets = settings(values);
  int status = kExitDone;
  for (const std::string& path : values.operands()) {
    try {
      kind_of_file(path).check(path, sets);
      print(fmt::format("{}: ok\n", path));
    } catch (const InputError& error) {  // the other files are to be checked all the same
      for (const Problem& problem : error.problems()) complain(problem.line());
      status = kExitWrongInput;
    }
  }
  return status;
}

}  // namespace ktlssim
