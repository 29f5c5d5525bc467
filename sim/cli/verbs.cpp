#include "sim/cli/verbs.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

constexpr std::array<Verb, 28> kVerbs{{
    {"run", "SCENARIO", "simulate a scenario", run_options, run_verb},
    {"compare", "A [B]", "what differs between scenarios or settings", compare_options, compare_verb},
    {"gate", "BASE NEW", "whether a change made anything worse, for a review", gate_options, gate_verb},
    {"size", "SCENARIO", "the cheapest settings that meet a target", size_options, size_verb},
    {"break-even", "A [B]", "from where on one setting beats another", break_even_options, break_even_verb},
    {"knee", "SCENARIO", "from where on more of something gains nothing", knee_options, knee_verb},
    {"frontier", "SCENARIO", "settings that no other beats in everything", frontier_options, frontier_verb},
    {"hunt", "SCENARIO", "settings, faults and phases that break it", hunt_options, hunt_verb},
    {"sweep", "SWEEP", "simulate every point of a parameter study", sweep_options, sweep_verb},
    {"expand", "SWEEP", "the points of a sweep, in their order", expand_options, expand_verb},
    {"status", "DIR", "what of a sweep is done, failed or missing", status_options, status_verb},
    {"merge", "DIR [PART...]", "the tables of a sweep made in parts", merge_options, merge_verb},
    {"bounds", "SCENARIO", "what no run can exceed, and what sets that limit", bounds_options, bounds_verb},
    {"validate", "[CLAIM...]", "hold predictions against what was published", validate_options, validate_verb},
    {"sensitivity", "SCENARIO", "which parameters the answer leans on", sensitivity_options, sensitivity_verb},
    {"ensemble", "[FILE]", "machines that the published figures leave", ensemble_options, ensemble_verb},
    {"fit", "FILE...", "fit parameters of profiles to what was published", fit_options, fit_verb},
    {"calibrate", "", "measure this machine, and write profiles of it", calibrate_options, calibrate_verb},
    {"twin", "", "run both dispatch paths here, and predict them", twin_options, twin_verb},
    {"report", "DIR", "plots and tables of runs, as one HTML file", report_options, report_verb},
    {"watch", "A [B]", "both kernels in slow motion, as one HTML file", watch_options, watch_verb},
    {"init", "[FILE]", "a commented scenario to begin with", init_options, init_verb},
    {"check", "FILE...", "only read files, and report what is wrong", check_options, check_verb},
    {"profiles", "[NAME]", "hosts, drivers, kernels: values with sources", profiles_options, profiles_verb},
    {"parameters", "", "what a scenario can hold", parameters_options, parameters_verb},
    {"schema", "[KIND]", "the JSON schema of a kind of file", schema_options, schema_verb},
    {"completion", "SHELL", "a script with which bash, zsh or fish completes", completion_options, completion_verb},
    {"man", "", "the manual page", man_options, man_verb},
}};

}  // namespace

std::span<const Verb> verbs() { return kVerbs; }

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

}  // namespace ktlssim
