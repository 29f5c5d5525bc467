#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/schema.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{"ktlssim schema",
                         "Prints the JSON schema (draft 7) of scenario files, for editors that complete and "
                         "check while one types.",
                         "  ktlssim schema > scenarios/schema/scenario.schema.json\n"};

}  // namespace

int schema_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, {}, kHelp);
  if (!values) return kExitDone;
  operands(*values, 0, 0, "");
  print(scenario_schema().dump(1) + '\n');
  return kExitDone;
}

}  // namespace ktlssim
