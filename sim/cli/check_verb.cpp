#include <fmt/format.h>

#include <array>

#include "sim/cli/file_kinds.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kCheckHelp{
    "ktlssim check FILE...",
    "Reads files of every kind (scenario, sweep, fit, suite of claims, host, driver and kernel profile, steps of a kernel, "
    "conditions of the twin, influences), with the files they name, and reports everything that is wrong with them. Their keys say which kind they are: "
    "docs/files.md. Simulates nothing. Exit status: 0 all are sound, 2 otherwise.",
    "  ktlssim check scenarios/*.json scenarios/sweeps/*.json\n"
    "  ktlssim check scenarios/validation/published.json\n"
    "  ktlssim check scenarios/ccr-tls12-gcm128.json --set /ktls/workers=16\n"};

constexpr std::array<std::string_view, 2> kCheckFormats{"text", "json"};

Json problem_json(const Problem& problem) {
  return {{"file", problem.file}, {"pointer", problem.pointer}, {"value", problem.value}, {"message", problem.message}};
}

}  // namespace

Options check_options() {
  Options options(kCheckHelp, {"FILE", 1, Operands::kAny});
  add_sets(options, "change a parameter of every scenario first; may be repeated");
  add_format(options, kCheckFormats);
  return options;
}

int check_verb(const Values& values) {
  const Texts sets = settings(values);
  Json files = Json::array();
  int status = kExitDone;
  for (const std::string& path : values.operands()) {
    const FileKind& kind = kind_of_file(path);
    Json problems = Json::array();
    try {
      kind.check(path, sets);
      if (!as_json(values)) print(fmt::format("{}: ok\n", path));
    } catch (const InputError& error) {  // the other files are to be checked all the same
      for (const Problem& problem : error.problems()) {
        complain(problem.line());
        problems.push_back(problem_json(problem));
      }
      status = kExitWrongInput;
    }
    files.push_back({{"file", path}, {"kind", kind.name}, {"sound", problems.empty()}, {"problems", problems}});
  }
  if (as_json(values)) print_json("check", {{"files", files}});
  return status;
}

}  // namespace ktlssim
