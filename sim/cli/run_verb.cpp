#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/run_table.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/result/folded_stacks.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/trace_json.hpp"

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

constexpr std::int64_t kMaxLength_us = 1'000'000;
constexpr std::int64_t kMaxRecords = 1'000'000;

// A file to be written at the end, in a directory that can be written to now.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path)
      : directory_(path.has_parent_path() ? path.parent_path() : "."), name_(path.filename().string()) {
    if (name_.empty() || std::filesystem::is_directory(path))
      throw InputError({{path.string(), "", "", "cannot write there: a directory"}});
  }
  void write(std::string_view contents) const { directory_.write(name_, contents); }

 private:
  OutputDirectory directory_;
  std::string name_;
};

std::optional<OutputFile> output_file(const Values& values, std::string_view option) {
  const std::optional<std::string> path = values.optional_text(option);
  return path ? std::optional<OutputFile>(*path) : std::nullopt;
}

// Of a run that ended, stalled ones included. The trajectory is the same on every engine, and with or without
// a timeline: held here to that of the run.
void write_timeline(const OutputFile& file, const Scenario& scenario, const Experiment& experiment,
                    Timeline& timeline) {
  const bool there = !experiment.runs.empty() && experiment.runs.front().number == 0;
  const RunStatus status = there ? experiment.runs.front().result.status : RunStatus::failed;
  if (status != RunStatus::done && status != RunStatus::stalled) {
    complain("no timeline: replication 0 did not end");
    return;
  }
  const RunResult traced = simulate(scenario, EngineKind::fiber, 0, &timeline);
  if (traced.fingerprint != experiment.runs.front().result.fingerprint)
    throw std::runtime_error("the traced run took another way than the run: a bug of ktlssim");
  file.write(trace_json(timeline, scenario.name));
}

Timeline timeline_options(const Values& values, const Scenario& scenario) {
  const Time warmup = from_ms(scenario.measure.warmup_ms);
  const Time end = warmup + from_ms(scenario.measure.duration_ms);
  Time from = warmup;
  if (values.given("trace-from-us")) from = Time{values.integer("trace-from-us", 0, end.count() / 1000 - 1) * 1000};
  const Time length{values.integer("trace-us") * 1000};
  return {from, std::min(end, from + length), values.count("trace-records")};
}

std::string sysctl_lines(const Summary& summary) {
  std::string text;
  for (const auto& [name, value] : summary.counters)
    text += fmt::format("{}: {}\n", name, number_json(value).dump());
  return text;
}

// What is there before the ensemble: a file of JSON waits for it.
void print_plain(Format format, const Scenario& scenario, const Experiment& experiment) {
  if (format == Format::table) print(run_table(scenario, experiment));
  if (format == Format::sysctl) print(sysctl_lines(experiment.summary));
}

void print_known(Format format, const Scenario& scenario, const Experiment& experiment, const RunRecord& record,
                 const std::optional<KnownAnswer>& known) {
  if (format == Format::table && known) print(known_lines(experiment.summary, *known));
  if (format != Format::json) return;
  Json result = result_json(scenario, experiment, record);
  if (known) add_known(result, *known);
  print(json_text(result));
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
  options.add("folded", "FILE", Text{}, "write CPU time as folded stacks (class;thread;function ns) for flame graphs");
  options.add("trace", "FILE", Text{},
              "write a timeline of replication 0 as Chrome trace events, for ui.perfetto.dev");
  options.add("trace-from-us", "N", Integer{0, kMaxSimulated_us},
              "simulated time at which the timeline begins; the end of the warm-up unless given");
  options.add("trace-us", "N", Integer{1, kMaxLength_us, 10000}, "length of the timeline");
  options.add("trace-records", "N", Integer{0, kMaxRecords, 20}, "records whose way the timeline follows");
  options.flag("strict", "exit status 1 where what was measured is no steady state");
  add_engine(options);
  add_ensemble(options);
  return options;
}

int run_verb(const Values& values) {
  RunRecord record{};
  record.engine = engine_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  const Scenario scenario = load_scenario(values.operands().front(), settings(values));
  const Format format = values.choice<Format>("format");
  const EnsembleOption ensemble(values);
  warn_of_kernel(scenario);
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(values.text("out"));
  const std::optional<OutputFile> folded = output_file(values, "folded");
  const std::optional<OutputFile> trace = output_file(values, "trace");
  Timeline timeline = timeline_options(values, scenario);

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
  const bool any = !experiment.interrupted || experiment.summary.done > 0;
  if (any) print_plain(format, scenario, experiment);
  std::optional<KnownAnswer> known;
  std::string why;
  if (ensemble.wanted() && format != Format::sysctl && !experiment.interrupted && experiment.all_done()) {
    known = ensemble.answer({&scenario}, {events_of(experiment)}, pool, why);
    progress.end();
    if (!known) complain("what is not known: " + why);
  }
  if (out) write_results(*out, scenario, experiment, record, known ? &*known : nullptr);
  if (trace) write_timeline(*trace, scenario, experiment, timeline);
  if (folded) folded->write(folded_stacks(experiment));
  if (any) print_known(format, scenario, experiment, record, known);
  if (experiment.interrupted || why == kInterrupted) return kExitInterrupted;
  if (values.given("strict") && !experiment.steadiness.steady()) return kExitRunFailed;
  return experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
