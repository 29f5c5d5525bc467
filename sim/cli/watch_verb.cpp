#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/python.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/run/window.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kWatchHelp{
    "ktlssim watch A [B] [options]",
    "Writes DIR/index.html: the simulated machine in slow motion, CPUs, queues, rings, engines and the way of each "
    "record, of one run or of two above each other on one clock. With the same seed record 17 of session 3 is in "
    "both. Writes the timelines themselves too (trace-a.json, trace-b.json: Chrome trace events). Prints the path "
    "of the page. Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim watch scenarios/ccr-tls12-gcm128.json \\\n"
    "    --set-a /ktls/dispatch=blocking --set-b /ktls/dispatch=driver --out watch\n"
    "  ktlssim watch a.json b.json --from-us 50000 --us 500 --out watch\n"};

constexpr double kOpenWindow_ms = 100;  // to be looked at where the scenario says nothing of it
constexpr std::int64_t kMaxWatched_us = 100'000;
constexpr std::int64_t kMaxWatchedRecords = 100'000;

constexpr std::string_view kPage = "index.html";

struct WatchedSide {
  std::string label;
  Scenario scenario;
};

WatchedSide watched_side(const std::string& path, const Texts& sets, const Texts& own) {
  std::string label = own.empty() ? path : fmt::format("{}", fmt::join(own, " "));
  Scenario scenario = load_told(path, joined(sets, own));
  if (window_is_open(scenario)) scenario = with_window(scenario, {0, kOpenWindow_ms, 0, true, ""});
  return {std::move(label), std::move(scenario)};
}

TimelineWindow window(const Values& values, const Scenario& scenario) {
  const Time end = from_ms(scenario.measure.warmup_ms) + from_ms(scenario.measure.duration_ms);
  const Time from{values.integer("from-us", 0, end.count() / 1000 - 1) * 1000};
  const Time length{values.integer("us") * 1000};
  return {from, std::min(end, from + length), values.count("records")};
}

// The timeline is in this process, so that there is no child to stop.
void end_after(std::chrono::seconds limit) {
  std::signal(SIGALRM, [](int) {
    constexpr std::string_view kText = "ktlssim: stopped: a run took longer than --timeout\n";
    _exit(write(STDERR_FILENO, kText.data(), kText.size()) < 0 ? kExitWrongInput : kExitRunFailed);
  });
  alarm(static_cast<unsigned>(limit.count()));
}

}  // namespace

Options watch_options() {
  Options options(kWatchHelp, {"A", 1, 2});
  add_sets_of_two(options);
  add_seed(options);
  options.add("from-us", "N", Integer{0, kMaxSimulated_us, 0},
              "simulated time at which to begin: both runs have the same records from 0 on");
  options.add("us", "N", Integer{1, kMaxWatched_us, 1000}, "how long");
  options.add("records", "N", Integer{0, kMaxWatchedRecords, 2000}, "records whose way is followed");
  options.add("timeout", "S", Integer{0, kMaxTimeout_s, 0}, "a run that takes more than S seconds has failed; 0: no limit");
  options.add("out", "DIR", Text{"watch"}, "where to write");
  return options;
}

int watch_verb(const Values& values) {
  const Texts& paths = values.operands();
  const Texts sets = settings(values);
  std::vector<WatchedSide> sides{watched_side(paths.front(), sets, values.texts("set-a"))};
  const Texts own_b = values.texts("set-b");
  if (paths.size() == 2 || !own_b.empty()) sides.push_back(watched_side(paths.back(), sets, own_b));
  if (sides.front().scenario.seed != sides.back().scenario.seed)
    throw UsageError(fmt::format("seeds {} and {} differ, so records would not be the same: give --seed",
                                 sides.front().scenario.seed, sides.back().scenario.seed));
  std::vector<TimelineWindow> windows;
  for (const WatchedSide& side : sides) windows.push_back(window(values, side.scenario));

  const OutputDirectory out = directory_for(kPage, values.text("out"));
  std::vector<std::string> words{out.path().string()};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    end_after(timeout_option(values));
    const std::filesystem::path trace = out.path() / (i == 0 ? "trace-a.json" : "trace-b.json");
    const RunResult result = listen(sides[i].scenario, windows[i], &trace, nullptr);
    if (result.status != RunStatus::done && result.status != RunStatus::stalled) {
      complain(fmt::format("{}: {}", sides[i].label, result.diagnosis));
      return kExitRunFailed;
    }
    end_after(std::chrono::seconds(0));
    words.push_back(sides[i].label);
    words.push_back(trace.string());
  }
  if (sides.size() == 1 && std::filesystem::exists(out.path() / kPage)) out.discard("trace-b.json");  // of two that were watched there before
  become_python("ktlssim_report.watch", words);
}

}  // namespace ktlssim
