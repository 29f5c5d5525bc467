#include <fmt/format.h>

#include "sim/cli/file_kinds.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/output_schema.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kSchemaHelp{"ktlssim schema [KIND]",
                         "Prints the JSON schema (draft 7) of files of a kind, for editors that complete and "
                         "check while one types. KIND is scenario (unless given), sweep, fit, suite, host, "
                         "driver, kernel, steps, twin or influences: docs/files.md explains each; or output, for what verbs "
                         "print with --format json.",
                         "  ktlssim schema > scenarios/schema/scenario.schema.json\n"
                         "  ktlssim schema sweep > scenarios/schema/sweep.schema.json\n"};

constexpr std::string_view kOutput = "output";

const FileKind& chosen(const std::string& name) {
  if (name.empty()) return file_kinds().front();
  std::vector<std::string> names;
  for (const FileKind& kind : file_kinds()) {
    if (kind.name == name) return kind;
    names.emplace_back(kind.name);
  }
  names.emplace_back(kOutput);
  throw UsageError(fmt::format("there is no kind of file \"{}\" (there are: {}){}", name,
                               fmt::join(names, ", "), did_you_mean(name, names)));
}

}  // namespace

Options schema_options() { return {kSchemaHelp, {"KIND", 0, 1}}; }

int schema_verb(const Values& values) {
  const Texts& given = values.operands();
  const std::string kind = given.empty() ? "" : given.front();
  print((kind == kOutput ? output_schema() : chosen(kind).schema()).dump(1) + '\n');
  return kExitDone;
}

}  // namespace ktlssim
