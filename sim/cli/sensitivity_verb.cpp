#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/sensitivity/sensitivity.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{
    "ktlssim sensitivity SCENARIO [options]",
    "Which values does the answer lean on? Varies every number of the scenario and its profiles by 10 % up "
    "and down, "
    "with common random numbers, and prints by how many per cent throughput and CPU time per record change "
    "for each "
    "per cent of the parameter, the strongest first. An estimate near the top should be measured.",
    "  ktlssim sensitivity scenarios/ccr-tls12-gcm128.json\n"
    "  ktlssim sensitivity scenarios/qat-loopback.json --replications 10 --top 40\n"};

std::string half_width(const Estimate& estimate) {
  if (estimate.spread != Spread::interval) return "-";
  return fmt::format("{:.3f}", (estimate.hi - estimate.lo) / 2);
}

std::string row(const Sensitivity& s) {
  const std::string from = s.parameter.confidence.empty() ? "scenario" : s.parameter.confidence;
  return fmt::format("{:<35}{:>8} {:<10}{:>7.3f}{:>6}{:>7.3f}{:>6}\n", shortened(s.parameter.pointer, 35),
                     number_text(s.parameter.value), from, s.throughput.mean, half_width(s.throughput),
                     s.cpu.mean, half_width(s.cpu));
}

std::string table(const std::string& path, const SensitivityRun& run, std::size_t top) {
  std::string text =
      wrap(fmt::format("{}: per cent of change for each per cent of a parameter", plain(path)), columns()) +
      fmt::format("\n{:<35}{:>8} {:<10}{:>7}{:>6}{:>7}{:>6}\n", "parameter", "value", "", "thru", "+-", "CPU",
                  "+-");
  const std::size_t shown = std::min(top, run.parameters.size());
  for (std::size_t i = 0; i < shown; ++i) text += row(run.parameters[i]);
  text += '\n' + wrap(fmt::format("{} weaker ones are not shown; {} parameters have no effect at all",
                                  run.parameters.size() - shown, run.without_effect),
                      columns());
  for (const NotVaried& parameter : run.not_varied)
    text += wrap(fmt::format("{} was not varied: {}", parameter.pointer, plain(parameter.why)), columns());
  return text;
}

Json estimate_json(const Estimate& estimate) {
  Json json{{"mean", estimate.mean}, {"n", estimate.n}};
  json["ci95"] = estimate.spread == Spread::interval ? Json{estimate.lo, estimate.hi} : Json();
  return json;
}

Json json(const std::string& path, const SensitivityRun& run) {
  Json parameters = Json::array();
  for (const Sensitivity& s : run.parameters)
    parameters.push_back(
        {{"pointer", s.parameter.pointer},
         {"value", number_json(s.parameter.value)},
         {"low", number_json(s.parameter.low)},
         {"high", number_json(s.parameter.high)},
         {"confidence", s.parameter.confidence.empty() ? Json() : Json(s.parameter.confidence)},
         {"throughput_gbps", estimate_json(s.throughput)},
         {"cpu_us_per_record", estimate_json(s.cpu)}});
  Json not_varied = Json::array();
  for (const NotVaried& parameter : run.not_varied)
    not_varied.push_back({{"pointer", parameter.pointer}, {"why", parameter.why}});
  return {{"scenario", path},
          {"parameters", std::move(parameters)},
          {"without_effect", run.without_effect},
          {"not_varied", std::move(not_varied)}};
}

}  // namespace

Options sensitivity_options() {
  Options options(kHelp, {"SCENARIO", 1, 1});
  add_sets(options, "change a parameter first; may be repeated");
  options.add("percent", "N", Integer{1, 50, 10}, "vary by N per cent up and down");
  add_replications(options, 5, "simulate each variant N times");
  options.add("top", "N", Integer{1, 1000, 20}, "print the N strongest");
  add_pool(options);
  add_format(options);
  return options;
}

int sensitivity_verb(const Values& values) {
  const Variant variant{values.operands().front(), settings(values)};
  const double fraction = static_cast<double>(values.integer("percent")) / 100;
  Progress progress = progress_option(values);
  const SensitivityRun run =
      sensitivity(variant, fraction, values.count("replications"), pool_option(values, progress));
  progress.end();
  if (run.interrupted) {
    complain("interrupted");
    return kExitInterrupted;
  }
  if (!run.failure.empty()) {
    complain(fmt::format("a run failed: {}", run.failure));
    return kExitRunFailed;
  }
  print(as_json(values) ? json_of_verb("sensitivity", json(variant.scenario.string(), run))
                : table(variant.scenario.string(), run, values.count("top")));
  return kExitDone;
}

}  // namespace ktlssim
