#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/run_table.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

namespace {

enum class Format { table, json, sysctl };
constexpr std::array<std::string_view, 3> kFormatNames{"table", "json", "sysctl"};

constexpr HelpText kHelp{
    "ktlssim run SCENARIO [options]",
    "Simulates a scenario and reports throughput, latency, CPU use by function, and what runs out first.\n"
    "SCENARIO is a JSON file; `ktlssim parameters` explains what it can hold. Exit status: 0 done, 1 a run "
    "failed or "
    "stalled, or with --strict is not steady, 2 the command line or the scenario is wrong.",
    "  ktlssim run scenarios/ccr-tls12-gcm128.json\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --set /ktls/dispatch=blocking\n"
    "  ktlssim run scenarios/ccr-tls12-gcm128.json --set /host/tcp/tcp_output_ns=400\n"
    "  ktlssim run scenarios/vbsdcon-2019-ccr.json --replications 10 --out out\n"};

std::string sysctl_lines(const Summary& summary) {
  std::string text;
  for (const auto& [name, value] : summary.counters)
    text += fmt::format("{}: {}\n", name, number_json(value).dump());
  return text;
}

void print_result(Format format, const Scenario& scenario, const Experiment& experiment,
                  const RunRecord& record) {
  switch (format) {
    case Format::table:
      return print(run_table(scenario, experiment));
    case Format::json:
      return print(json_text(result_json(scenario, experiment, record)));
    case Format::sysctl:
      return print(sysctl_lines(experiment.summary));
  }
}

}  // namespace

Options run_options() {
  Options options(kHelp, {"SCENARIO", 1, 1});
  add_sets(options);
  add_seed(options);
  add_replications(options, 1, "simulate N times, each with random numbers of its own");
  add_precision(options, "the same as --set /measure/relative_precision=R: replicate until intervals are narrow enough");
  add_pool(options);
  add_format(options, kFormatNames);
  add_out(options, "write result.json, latency.csv, series.csv and manifest.json to DIR");
  add_listening(options);
  options.flag("strict", "exit status 1 where what was measured is no steady state");
  add_engine(options);
  return options;
}

int run_verb(const Values& values) {
  RunRecord record{};
  record.engine = engine_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  const Scenario scenario = load_scenario(values.operands().front(), settings(values));
  warn_of_kernel(scenario);
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(values.text("out"));
  const Listening listening(values, scenario);

  record.started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const bool until_precise = scenario.measure.relative_precision > 0 && !values.given("replications");
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  const Experiment experiment = until_precise ? replicate_until_precise(scenario, record.engine, pool)
                                              : replicate(scenario, record.engine, record.replications, pool);
  progress.end();
  if (until_precise) record.replications = experiment.runs.size();
  record.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  complain_of_failures(experiment);
  if (out) write_results(*out, scenario, experiment, record);
  listening.write(scenario, experiment);
  if (!experiment.interrupted || experiment.summary.done > 0)
    print_result(values.choice<Format>("format"), scenario, experiment, record);
  if (experiment.interrupted) return kExitInterrupted;
  if (values.given("strict") && !experiment.steadiness.steady()) return kExitRunFailed;
  return experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
