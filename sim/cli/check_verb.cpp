#include <fmt/format.h>

#include <limits>

#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

namespace {

namespace po = boost::program_options;

constexpr HelpText kHelp{
    "ktlssim check FILE...",
    "Reads scenarios and sweeps, and the profiles they use, and reports everything that is "
    "wrong with them. A file with \"parameters\" is a sweep. Simulates nothing. "
    "Exit status: 0 all are sound, 2 otherwise.",
    "  ktlssim check scenarios/*.json scenarios/sweeps/*.json\n"
    "  ktlssim check scenarios/ccr-tls12-gcm128.json --set /ktls/workers=16\n"};

}  // namespace

int check_verb(const Arguments& arguments) {
  po::options_description options;
  options.add_options()("set",
                        po::value<std::vector<std::string>>()->composing()->value_name("/POINTER=VALUE"),
                        "change a parameter of every scenario first; may be repeated");
  const auto values = parse_options(arguments, options, kHelp);
  if (!values) return kExitDone;
  std::vector<std::string> sets;
  if (values->contains("set")) sets = values->at("set").as<std::vector<std::string>>();
  int status = kExitDone;
  for (const std::string& path : operands(*values, 1, std::numeric_limits<std::size_t>::max(), "FILE")) {
    try {
      if (is_sweep(path))
        load_sweep(path);
      else
        warn_of_kernel(load_scenario(path, sets), path + ": ");
      print(fmt::format("{}: ok\n", path));
    } catch (const InputError& error) {  // the other files are to be checked all the same
      for (const Problem& problem : error.problems()) complain(problem.line());
      status = kExitWrongInput;
    }
  }
  return status;
}

}  // namespace ktlssim
