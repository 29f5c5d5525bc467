#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/options.hpp"
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

namespace po = boost::program_options;

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

po::options_description run_options() {
  po::options_description options;
  auto add = options.add_options();
  add("set", po::value<std::vector<std::string>>()->composing()->value_name("/POINTER=VALUE"),
      "change a parameter; may be repeated");
  add("seed", po::value<std::string>()->value_name("N"), "the same as --set /seed=N");
  add("replications", po::value<std::string>()->default_value("1")->value_name("N"),
      "simulate N times, each with random numbers of its own");
  add("precision", po::value<std::string>()->value_name("R"),
      "the same as --set /measure/relative_precision=R: replicate until intervals are narrow enough");
  add("format", po::value<std::string>()->default_value("table")->value_name("NAME"),
      "table, json or sysctl");
  add("out", po::value<std::string>()->value_name("DIR"),
      "write result.json, latency.csv, series.csv and manifest.json to DIR");
  add("folded", po::value<std::string>()->value_name("FILE"),
      "write CPU time as folded stacks (class;thread;function ns) for flame graphs");
  add("trace", po::value<std::string>()->value_name("FILE"),
      "write a timeline of replication 0 as Chrome trace events, for ui.perfetto.dev");
  add("trace-from-us", po::value<std::string>()->value_name("N"),
      "simulated time at which the timeline begins; the end of the warm-up unless given");
  add("trace-us", po::value<std::string>()->default_value("10000")->value_name("N"),
      "length of the timeline");
  add("trace-records", po::value<std::string>()->default_value("20")->value_name("N"),
      "records whose way the timeline follows");
  add("strict", po::bool_switch(), "exit status 1 where what was measured is no steady state");
  add("engine", po::value<std::string>()->default_value("simgrid")->value_name("NAME"), "simgrid or fiber");
  return options;
}

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

std::optional<OutputFile> output_file(const po::variables_map& values, const char* option) {
  if (!values.contains(option)) return std::nullopt;
  return OutputFile(values.at(option).as<std::string>());
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

Timeline timeline_options(const po::variables_map& values, const Scenario& scenario) {
  constexpr std::int64_t kMaxLength_us = 1'000'000;
  constexpr std::int64_t kMaxRecords = 1'000'000;
  const Time warmup = from_ms(scenario.measure.warmup_ms);
  const Time end = warmup + from_ms(scenario.measure.duration_ms);
  const auto option = [&values](const char* name, std::int64_t min, std::int64_t max) {
    return integer_option(name, values.at(name).as<std::string>(), min, max);
  };
  Time from = warmup;
  if (values.contains("trace-from-us"))
    from = Time{option("trace-from-us", 0, end.count() / 1000 - 1) * 1000};
  const Time length{option("trace-us", 1, kMaxLength_us) * 1000};
  const std::int64_t records = option("trace-records", 0, kMaxRecords);
  return {from, std::min(end, from + length), static_cast<std::size_t>(records)};
}

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

int run_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, run_options(), kHelp);
  if (!values) return kExitDone;
  const std::string path = operands(*values, 1, 1, "SCENARIO").front();
  const auto format =
      static_cast<Format>(choice_option("format", values->at("format").as<std::string>(), kFormatNames));
  RunRecord record{};
  record.engine = static_cast<EngineKind>(
      choice_option("engine", values->at("engine").as<std::string>(), kEngineKindNames));
  record.replications = static_cast<std::size_t>(
      integer_option("replications", values->at("replications").as<std::string>(), 1, kMaxReplications));
  record.command_line = arguments.command_line;

  const Scenario scenario = load_scenario(path, settings(*values));
  warn_of_kernel(scenario);
  std::optional<OutputDirectory> out;
  if (values->contains("out")) out.emplace(values->at("out").as<std::string>());
  const std::optional<OutputFile> folded = output_file(*values, "folded");
  const std::optional<OutputFile> trace = output_file(*values, "trace");
  Timeline timeline = timeline_options(*values, scenario);

  record.started = utc_now();
  const auto begin = std::chrono::steady_clock::now();
  const bool until_precise =
      scenario.measure.relative_precision > 0 && values->at("replications").defaulted();
  const Experiment experiment = until_precise ? replicate_until_precise(scenario, record.engine)
                                              : replicate(scenario, record.engine, record.replications);
  if (until_precise) record.replications = experiment.runs.size();
  record.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  complain_of_failures(experiment);
  if (out) write_results(*out, scenario, experiment, record);
  if (trace) write_timeline(*trace, scenario, experiment, timeline);
  if (folded) folded->write(folded_stacks(experiment));
  if (!experiment.interrupted || experiment.summary.done > 0)
    print_result(format, scenario, experiment, record);
  if (experiment.interrupted) return kExitInterrupted;
  if (values->at("strict").as<bool>() && !experiment.steadiness.steady()) return kExitRunFailed;
  return experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
