#include <fmt/format.h>

#include <array>
#include <filesystem>

#include "sim/cli/common_options.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/known_sweep.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/sweep/sweep_run.hpp"
#include "sim/experiment/sweep/sweep_tables.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kSweepHelp{"ktlssim sweep SWEEP [options]",
                              "Simulates every point of a sweep, each replication in a process of its own, "
                              "and writes tables for pandas "
                              "to a directory: runs.csv, summary.csv, timing.csv. A replication that crashes "
                              "or takes too long is a row "
                              "with its reason. Killed or interrupted, --resume goes on.",
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out\n"
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out --resume -j 1\n"
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out --shard 0/4\n"};

constexpr HelpText kExpandHelp{"ktlssim expand SWEEP",
                               "Checks a sweep, and prints its points in their order as CSV.",
                               "  ktlssim expand scenarios/sweeps/dispatch.json\n"};

constexpr std::int64_t kMaxParts = 1'000'000;

constexpr std::array<std::string_view, 2> kSweepFormats{"text", "json"};
constexpr std::array<std::string_view, 2> kExpandFormats{"csv", "json"};

Json points_json(const Sweep& sweep) {
  Json points = Json::array();
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    Json values = Json::object();
    for (const Assignment& assignment : sweep.settings_of(point)) values[assignment.pointer] = assignment.value;
    points.push_back({{"point", point}, {"seed", sweep.points[point].seed}, {"values", std::move(values)}});
  }
  return {{"sweep", sweep.settings.name}, {"parameters", sweep.parameters}, {"points", std::move(points)}};
}

SweepShard shard_option(const Values& values, std::size_t points) {
  SweepShard shard;
  const auto last = static_cast<std::int64_t>(points) - 1;
  if (values.given("only")) shard.only = static_cast<std::size_t>(values.integer("only", 0, last));
  if (!values.given("shard")) return shard;
  if (values.given("only")) throw UsageError("--only and --shard exclude each other");
  const std::string& text = values.text("shard");
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos)
    throw UsageError(fmt::format("--shard takes K/N, such as 0/4, and not \"{}\"", text));
  shard.divisor = static_cast<std::size_t>(integer_value("shard", text.substr(slash + 1), 1, kMaxParts));
  shard.remainder = static_cast<std::size_t>(
      integer_value("shard", text.substr(0, slash), 0, static_cast<std::int64_t>(shard.divisor) - 1));
  return shard;
}

// Whether it came to its end.
bool add_known(const Sweep& sweep, const SweepRunOptions& options, const EnsembleOption& ensemble, const Values& values) {
  Progress progress = progress_option(values, "runs on machines of the ensemble");
  const Pool pool = pool_option(values, progress);
  SweepDirectory directory(options.out);
  const bool whole = write_known_of_points(directory, sweep, options.shard, ensemble, values.text("ensemble"), pool);
  progress.end();
  if (options.shard.whole()) directory.write_tables(!whole, options.command_line, options.stage);
  return whole;
}

}  // namespace

Options sweep_options() {
  Options options(kSweepHelp, {"SWEEP", 1, 1});
  add_out(options, "write there; results/NAME unless given, NAME being the sweep's");
  options.flag("resume", "run only what is missing or failed in DIR; points and replications may have been added to the sweep");
  add_pool(options);
  add_format(options, kSweepFormats);
  options.add("only", "K", Integer{0, static_cast<std::int64_t>(kMaxPoints) - 1},
              "only point K; `ktlssim merge DIR` makes the tables");
  options.add("shard", "K/N", Text{},
              "only the points whose number leaves K, from 0 to N-1, when divided by N; likewise");
  add_ensemble_on_demand(options, "N more runs of every point, of shorter windows where a run is long; summary.csv and the "
                                  "report gain what is not known of each point");
  return options;
}

int sweep_verb(const Values& values) {
  SweepRunOptions options;
  const EnsembleOption ensemble(values, UnlessGiven::off);
  options.jobs = jobs_option(values);
  options.limit = timeout_option(values);
  options.resume = values.given("resume");
  options.command_line = values.command_line();
  Progress progress = progress_option(values);
  options.stage = stage_of(progress);
  const Sweep sweep = load_sweep(values.operands().front(), options.stage);
  progress.end();
  warn_of_unread(sweep.unread);
  options.out = values.given("out") ? std::filesystem::path(values.text("out"))
                                    : "results" / std::filesystem::path(sweep.settings.name).filename();
  options.shard = shard_option(values, sweep.points.size());
  options.progress = [&](const SweepCounts& counts, std::size_t ended) {
    progress.show({counts.total, counts.done, counts.failed}, ended);
  };
  const SweepOutcome outcome = run_sweep(sweep, options);
  progress.end();
  const bool interrupted = outcome.interrupted || (ensemble.wanted() && !add_known(sweep, options, ensemble, values));
  progress.end();
  const SweepCounts& counts = outcome.counts;
  for (const std::string& file : outcome.damaged) complain(file);
  complain(fmt::format("{}: {} done, {} failed, {} missing", options.out.string(), counts.done, counts.failed,
                       counts.missing()));
  if (as_json(values)) print_json("sweep", counts_json(options.out, counts));
  if (interrupted) {
    complain("interrupted; --resume goes on");
    return kExitInterrupted;
  }
  if (!options.shard.whole())
    complain(fmt::format("a part of the sweep; when all have ended: ktlssim merge {}", options.out.string()));
  return counts.failed == 0 ? kExitDone : kExitRunFailed;
}

Options expand_options() {
  Options options(kExpandHelp, {"SWEEP", 1, 1});
  add_format(options, kExpandFormats);
  add_progress(options);
  return options;
}

int expand_verb(const Values& values) {
  Progress progress = progress_option(values);
  const Sweep sweep = load_sweep(values.operands().front(), stage_of(progress));
  progress.end();
  if (as_json(values))
    print_json("expand", points_json(sweep));
  else
    print(points_csv(sweep));
  return kExitDone;
}

}  // namespace ktlssim
