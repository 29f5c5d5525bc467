#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/run_table.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

namespace {

enum class RunFormat { table, json, sysctl };
constexpr std::array<std::string_view, 3> kRunFormatNames{"table", "json", "sysctl"};

constexpr HelpText kRunHelp{
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

// What is there before the ensemble: a file of JSON waits for it.
void print_plain(RunFormat format, const Scenario& scenario, const Experiment& experiment) {
  if (format == RunFormat::table) print_table(run_table(scenario, experiment));
  if (format == RunFormat::sysctl) print(sysctl_lines(experiment.summary));
}

void print_known(RunFormat format, const Scenario& scenario, const Experiment& experiment, const RunRecord& record,
                 const std::optional<KnownAnswer>& known) {
  if (format == RunFormat::table && known) print_table(known_lines(experiment.summary, *known));
  if (format != RunFormat::json) return;
  Json result = result_json(scenario, experiment, record);
  if (known) add_known(result, *known);
  print_json("run", result);
}

}  // namespace

Options run_options() {
  Options options(kRunHelp, {"SCENARIO", 1, 1});
  add_sets(options);
  add_seed(options);
  add_replications(options, 1, "simulate N times, each with random numbers of its own");
  add_precision(options, "the same as --set /measure/relative_precision=R: replicate until intervals are narrow enough");
  add_pool(options);
  add_format(options, kRunFormatNames);
  add_out(options, "write result.json, latency.csv, series.csv, runs.json and manifest.json to DIR");
  options.flag("resume", "add to the replications that DIR holds, so that there are N of them");
  add_listening(options);
  options.flag("strict", "exit status 1 where what was measured is no steady state");
  add_engines(options);
  add_ensemble(options);
  return options;
}

int run_verb(const Values& values) {
  RunRecord record{};
  record.engines = engines_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  if (values.given("resume") && !values.given("out")) throw UsageError("--resume takes --out DIR");
  std::vector<Problem> unread;
  const Scenario asked = load_scenario(values.operands().front(), settings(values), &unread);
  Scenario scenario = asked;
  const RunFormat format = values.choice<RunFormat>("format");
  const EnsembleOption ensemble(values);
  warn_of_unread(unread);
  warn_of_kernel(scenario);
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(directory_for("runs.json", values.text("out")));
  Listening listening(values);

  record.started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const bool until_precise = scenario.measure.relative_precision > 0 && !values.given("replications");
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  Experiment experiment;
  if (values.given("resume"))
    if (std::optional<SavedRuns> saved = saved_runs_of(asked, values.text("out"))) {
      scenario = std::move(saved->scenario);
      experiment = std::move(saved->experiment);
    }
  if (!settle(scenario, experiment, pool)) return kExitInterrupted;
  listening.in_window_of(scenario, values);
  if (until_precise)
    extend_until_precise(experiment, scenario, record.engines, pool);
  else
    extend(experiment, scenario, record.engines, record.replications, pool);
  progress.end();
  record.replications = std::max(until_precise ? 0 : record.replications, experiment.runs.size());
  record.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  complain_of_failures(experiment);
  const bool any = !experiment.interrupted || experiment.summary.done > 0;
  if (any) print_plain(format, scenario, experiment);
  std::optional<KnownAnswer> known;
  std::string why;
  if (ensemble.wanted() && format != RunFormat::sysctl && !experiment.interrupted && experiment.all_done()) {
    known = ensemble.answer({&scenario}, {events_of(experiment)}, pool, why);
    progress.end();
    if (!known) complain("what is not known: " + why);
  }
  if (out && experiment.interrupted && !values.given("resume") && has_saved_runs(out->path()))
    complain(fmt::format("{}: the results that are there stay", out->path().string()));
  else if (out)
    write_results(*out, asked, scenario, experiment, record, known ? &*known : nullptr);
  listening.write(scenario, experiment);
  if (out && has_saved_runs(out->path())) write_sums_of_run(*out);
  if (any) print_known(format, scenario, experiment, record, known);
  if (experiment.interrupted || why == kInterrupted) return kExitInterrupted;
  const bool believed = experiment.steadiness.steady() && (!experiment.window || experiment.window->believed);
  if (values.given("strict") && !believed) return kExitRunFailed;
  return experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
