#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/sweep/sweep_run.hpp"
#include "sim/experiment/sweep/sweep_tables.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

namespace po = boost::program_options;

constexpr HelpText kSweepHelp{"ktlssim sweep SWEEP [options]",
                              "Simulates every point of a sweep, each replication in a process of its own, "
                              "and writes tables for pandas "
                              "to a directory: runs.csv, summary.csv, timing.csv. A replication that crashes "
                              "or takes too long is a row "
                              "with its reason. Killed or interrupted, --resume goes on.",
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out\n"
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out --resume -j 1\n"
                              "  ktlssim sweep scenarios/sweeps/dispatch.json --out out --shard 0/4\n"};

constexpr std::array<std::string_view, 3> kProgressNames{"text", "json", "none"};

constexpr HelpText kExpandHelp{"ktlssim expand SWEEP",
                               "Checks a sweep, and prints its points in their order as CSV.",
                               "  ktlssim expand scenarios/sweeps/dispatch.json\n"};

// On a terminal one line, rewritten; elsewhere, and as JSON, a line every few seconds.
class Progress {
 public:
  explicit Progress(std::string_view form)
      : json_(form == "json"), none_(form == "none"), terminal_(!json_ && isatty(STDERR_FILENO) == 1) {}

  void show(const SweepCounts& counts, std::size_t ended) {
    const auto now = Clock::now();
    if (none_ || (!terminal_ && now - shown_ < std::chrono::seconds(json_ ? 1 : 5))) return;
    shown_ = now;
    const double elapsed_s = std::chrono::duration<double>(now - start_).count();
    const double rate = elapsed_s > 0 ? static_cast<double>(ended) / elapsed_s : 0;
    if (json_) return show_json(counts, elapsed_s, rate);
    std::string line = fmt::format("{}/{} runs, {} failed, {:.1f}/s", counts.total - counts.missing(),
                                   counts.total, counts.failed, rate);
    if (rate > 0) line += fmt::format(", {:.0f} s left", static_cast<double>(counts.missing()) / rate);
    if (!terminal_) return complain(line);
    fmt::print(stderr, "\r{:<60}", line);
    std::fflush(stderr);
  }
  void end() const {
    if (terminal_ && !none_) fmt::print(stderr, "\n");
  }

 private:
  using Clock = std::chrono::steady_clock;

  static void show_json(const SweepCounts& counts, double elapsed_s, double rate) {
    const Json left = rate > 0 ? number_json(static_cast<double>(counts.missing()) / rate) : Json();
    const Json line{{"total", counts.total},  {"done", counts.done}, {"failed", counts.failed},
                    {"elapsed_s", elapsed_s}, {"runs_per_s", rate},  {"left_s", left}};
    fmt::print(stderr, "{}\n", line.dump());
  }

  bool json_;
  bool none_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

po::options_description sweep_options() {
  po::options_description options;
  auto add = options.add_options();
  add("out", po::value<std::string>()->value_name("DIR"),
      "write there; results/NAME unless given, NAME being the sweep's");
  add("resume", po::bool_switch(), "run only what is missing or failed in DIR");
  add("jobs,j", po::value<std::string>()->value_name("N"), "at most N at a time; by default one per CPU");
  add("timeout", po::value<std::string>()->default_value("0")->value_name("S"),
      "a replication that takes more than S seconds has failed; 0: no limit");
  add("only", po::value<std::string>()->value_name("K"),
      "only point K; `ktlssim merge DIR` makes the tables");
  add("shard", po::value<std::string>()->value_name("K/N"),
      "only the points whose number leaves K, from 0 to N-1, when divided by N; likewise");
  add("progress", po::value<std::string>()->default_value("text")->value_name("NAME"),
      "on standard error: text, json (a line a second) or none");
  return options;
}

SweepShard shard_option(const po::variables_map& values, std::size_t points) {
  SweepShard shard;
  const auto last = static_cast<std::int64_t>(points) - 1;
  if (values.contains("only"))
    shard.only =
        static_cast<std::size_t>(integer_option("only", values.at("only").as<std::string>(), 0, last));
  if (!values.contains("shard")) return shard;
  if (values.contains("only")) throw UsageError("--only and --shard exclude each other");
  const std::string& text = values.at("shard").as<std::string>();
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos)
    throw UsageError(fmt::format("--shard takes K/N, such as 0/4, and not \"{}\"", text));
  shard.divisor = static_cast<std::size_t>(integer_option("shard", text.substr(slash + 1), 1, 1'000'000));
  shard.remainder = static_cast<std::size_t>(
      integer_option("shard", text.substr(0, slash), 0, static_cast<std::int64_t>(shard.divisor) - 1));
  return shard;
}

}  // namespace

int sweep_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, sweep_options(), kSweepHelp);
  if (!values) return kExitDone;
  const std::string path = operands(*values, 1, 1, "SWEEP").front();
  SweepRunOptions options;
  options.jobs = jobs_option(*values);
  options.limit =
      std::chrono::seconds(integer_option("timeout", values->at("timeout").as<std::string>(), 0, 1'000'000));
  options.resume = values->at("resume").as<bool>();
  options.command_line = arguments.command_line;
  const Sweep sweep = load_sweep(path);
  options.out = values->contains("out") ? std::filesystem::path(values->at("out").as<std::string>())
                                        : "results" / std::filesystem::path(sweep.settings.name).filename();
  options.shard = shard_option(*values, sweep.points.size());
  Progress progress(
      kProgressNames[choice_option("progress", values->at("progress").as<std::string>(), kProgressNames)]);
  options.progress = [&](const SweepCounts& counts, std::size_t ended) { progress.show(counts, ended); };
  const SweepOutcome outcome = run_sweep(sweep, options);
  progress.end();
  const SweepCounts& counts = outcome.counts;
  complain(fmt::format("{}: {} done, {} failed, {} missing", options.out.string(), counts.done, counts.failed,
                       counts.missing()));
  if (outcome.interrupted) {
    complain("interrupted; --resume goes on");
    return kExitInterrupted;
  }
  if (!options.shard.whole())
    complain(fmt::format("a part of the sweep; when all have ended: ktlssim merge {}", options.out.string()));
  return counts.failed == 0 ? kExitDone : kExitRunFailed;
}

int expand_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, {}, kExpandHelp);
  if (!values) return kExitDone;
  print(points_csv(load_sweep(operands(*values, 1, 1, "SWEEP").front())));
  return kExitDone;
}

}  // namespace ktlssim
