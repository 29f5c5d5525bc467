#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/python.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/output_directory.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{
    "ktlssim watch A [B] [options]",
    "Writes DIR/index.html: the simulated machine in slow motion, CPUs, queues, rings, engines and the way of each "
    "record, of one run or of two above each other on one clock. With the same seed record 17 of session 3 is in "
    "both. Writes the timelines themselves too (trace-a.json, trace-b.json: Chrome trace events). Prints the path "
    "of the page. Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim watch scenarios/ccr-tls12-gcm128.json \\\n"
    "    --set-a /ktls/dispatch=blocking --set-b /ktls/dispatch=driver --out watch\n"
    "  ktlssim watch a.json b.json --from-us 50000 --us 500 --out watch\n"};

constexpr std::int64_t kMaxLength_us = 100'000;
constexpr std::int64_t kMaxRecords = 100'000;

struct Side {
  std::string label;
  Scenario scenario;
};

Side side(const std::string& path, Texts sets, const Texts& own) {
  sets.insert(sets.end(), own.begin(), own.end());
  std::string label = own.empty() ? path : fmt::format("{}", fmt::join(own, " "));
  return {std::move(label), load_scenario(path, sets)};
}

TimelineWindow window(const Values& values, const Scenario& scenario) {
  const Time end = from_ms(scenario.measure.warmup_ms) + from_ms(scenario.measure.duration_ms);
  const Time from{values.integer("from-us", 0, end.count() / 1000 - 1) * 1000};
  const Time length{values.integer("us") * 1000};
  return {from, std::min(end, from + length), values.count("records")};
}

}  // namespace

Options watch_options() {
  Options options(kHelp, {"A", 1, 2});
  add_sets_of_two(options);
  add_seed(options);
  options.add("from-us", "N", Integer{0, kMaxSimulated_us, 0},
              "simulated time at which to begin: both runs have the same records from 0 on");
  options.add("us", "N", Integer{1, kMaxLength_us, 1000}, "how long");
  options.add("records", "N", Integer{0, kMaxRecords, 2000}, "records whose way is followed");
  options.add("out", "DIR", Text{"watch"}, "where to write");
  return options;
}

int watch_verb(const Values& values) {
  const Texts& paths = values.operands();
  const Texts sets = settings(values);
  std::vector<Side> sides{side(paths.front(), sets, values.texts("set-a"))};
  const Texts own_b = values.texts("set-b");
  if (paths.size() == 2 || !own_b.empty()) sides.push_back(side(paths.back(), sets, own_b));
  if (sides.front().scenario.seed != sides.back().scenario.seed)
    throw UsageError(fmt::format("seeds {} and {} differ, so records would not be the same: give --seed",
                                 sides.front().scenario.seed, sides.back().scenario.seed));
  std::vector<TimelineWindow> windows;
  for (const Side& side : sides) windows.push_back(window(values, side.scenario));

  const OutputDirectory out(values.text("out"));
  std::vector<std::string> words{out.path().string()};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const std::filesystem::path trace = out.path() / (i == 0 ? "trace-a.json" : "trace-b.json");
    const RunResult result = listen(sides[i].scenario, windows[i], &trace, nullptr);
    if (result.status != RunStatus::done && result.status != RunStatus::stalled) {
      complain(fmt::format("{}: {}", sides[i].label, result.diagnosis));
      return kExitRunFailed;
    }
    words.push_back(sides[i].label);
    words.push_back(trace.string());
  }
  become_python("ktlssim_report.watch", words);
}

}  // namespace ktlssim
