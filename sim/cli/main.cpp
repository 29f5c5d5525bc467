#include <fmt/format.h>

#include <array>
#include <csignal>
#include <exception>
#include <string>
#include <vector>

#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

struct Verb {
  std::string_view name;
  std::string_view arguments;
  std::string_view summary;
  int (*run)(const Arguments&);
};

constexpr std::array<Verb, 18> kVerbs{{
    {"run", "SCENARIO", "simulate a scenario", run_verb},
    {"compare", "A [B]", "what differs between two scenarios or settings", compare_verb},
    {"sweep", "SWEEP", "simulate every point of a parameter study", sweep_verb},
    {"expand", "SWEEP", "the points of a sweep, in their order", expand_verb},
    {"status", "DIR", "what of a sweep is done, failed or missing", status_verb},
    {"merge", "DIR [PART...]", "the tables of a sweep that was simulated in parts", merge_verb},
    {"bounds", "SCENARIO", "what no run can exceed, and what sets that limit", bounds_verb},
    {"validate", "[CLAIM...]", "hold predictions against published measurements", validate_verb},
    {"sensitivity", "SCENARIO", "which parameters the answer leans on", sensitivity_verb},
    {"fit", "FILE", "fit parameters of profiles to published measurements", fit_verb},
    {"calibrate", "", "measure this machine, and write profiles of it", calibrate_verb},
    {"twin", "", "run both dispatch paths here, and predict them", twin_verb},
    {"report", "DIR", "plots and tables of runs, as one HTML file", report_verb},
    {"watch", "A [B]", "both kernels in slow motion, as one HTML file", watch_verb},
    {"check", "FILE...", "only read files, and report what is wrong", check_verb},
    {"profiles", "[NAME]", "host and driver profiles, every value with its source", profiles_verb},
    {"parameters", "", "what a scenario can hold", parameters_verb},
    {"schema", "[KIND]", "the JSON schema of a kind of file", schema_verb},
}};

std::string general_help() {
  std::string text =
      "usage: ktlssim VERB [arguments]\n\n"
      "Simulates FreeBSD kernel TLS over OpenCrypto drivers: throughput, latency, CPU.\n\n";
  for (const Verb& verb : kVerbs)
    text += fmt::format("  {:<12}{:<13}{}\n", verb.name, verb.arguments, verb.summary);
  return text +
         "  help        VERB         explain a verb, with examples\n\n"
         "  --version  version, compiler and SimGrid\n"
         "  --help     this text\n\n"
         "Exit status: 0 done, 1 a run failed or stalled, 2 the command line or an input\n"
         "is wrong, 130 interrupted.\n";
}

std::string version_text() {
  const BuildInfo& build = build_info();
  return fmt::format("ktlssim {} ({}, {}, {}), SimGrid {}\n", build.version, build.git, build.compiler,
                     build.build_type, build.simgrid);
}

const Verb& find_verb(const std::string& name) {
  std::vector<std::string> names;
  for (const Verb& verb : kVerbs) {
    if (verb.name == name) return verb;
    names.emplace_back(verb.name);
  }
  names.emplace_back("help");
  throw UsageError(fmt::format("unknown verb \"{}\" (there are: {}){}", name, fmt::join(names, ", "),
                               did_you_mean(name, names)));
}

std::string command_line(const std::vector<std::string>& words) {
  std::string text = "ktlssim";
  for (const std::string& word : words) {
    const bool safe =
        !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
    if (safe) {
      text += " " + word;
      continue;
    }
    text += " '";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    text += "'";
  }
  return text;
}

int dispatch(const std::vector<std::string>& words) {
  if (words.empty()) throw UsageError("a verb is missing");
  const std::string& first = words.front();
  if (first == "--version") {
    print(version_text());
    return kExitDone;
  }
  if (first == "--help" || first == "-h" || (first == "help" && words.size() == 1)) {
    print(general_help());
    return kExitDone;
  }
  Arguments arguments{{words.begin() + 1, words.end()}, command_line(words)};
  if (first != "help") return find_verb(first).run(arguments);
  if (words.size() > 2) throw UsageError(fmt::format("unexpected argument \"{}\"", words[2]));
  arguments.own = {"--help"};
  return find_verb(words[1]).run(arguments);
}

// Every error of the user ends here.
int run_command_line(const std::vector<std::string>& words) {
  try {
    return dispatch(words);
  } catch (const OutputClosed&) {
    return kExitDone;
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) complain(problem.line());
    return kExitWrongInput;
  } catch (const UsageError& error) {
    complain(fmt::format("{}\nTry `ktlssim --help`.", error.what()));
    return kExitWrongInput;
  } catch (const std::exception& error) {
    complain(error.what());
    return kExitRunFailed;
  }
}

}  // namespace

}  // namespace ktlssim

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is noticed where the output is written
  return ktlssim::run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc});
}
