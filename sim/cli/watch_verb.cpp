#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/python.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/output_directory.hpp"
#include "sim/experiment/text/trace_json.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr HelpText kHelp{
    "ktlssim watch A [B] [options]",
    "Writes DIR/index.html: the simulated machine in slow motion, CPUs, queues, rings, engines and the way of each "
    "record, of one run or of two above each other on one clock. With the same seed record 17 of session 3 is in "
    "both. Writes the timelines themselves too (trace-a.json, trace-b.json: Chrome trace events). Prints the path "
    "of the page. Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim watch scenarios/ccr-tls12-gcm128.json \\\n"
    "    --set-a /ktls/dispatch=blocking --set-b /ktls/dispatch=driver --out watch\n"
    "  ktlssim watch a.json b.json --from-us 50000 --us 500 --out watch\n"};

po::options_description watch_options() {
  po::options_description options;
  auto add = options.add_options();
  const auto texts = [](const char* name) { return po::value<Texts>()->composing()->value_name(name); };
  add("set", texts("/POINTER=VALUE"), "change a parameter of both; may be repeated");
  add("set-a", texts("/POINTER=VALUE"), "change a parameter of A");
  add("set-b", texts("/POINTER=VALUE"), "change a parameter of B, which is A where it is not named");
  add("seed", po::value<std::string>()->value_name("N"), "the same as --set /seed=N");
  add("from-us", po::value<std::string>()->default_value("0")->value_name("N"),
      "simulated time at which to begin: both runs have the same records from 0 on");
  add("us", po::value<std::string>()->default_value("1000")->value_name("N"), "how long");
  add("records", po::value<std::string>()->default_value("2000")->value_name("N"),
      "records whose way is followed");
  add("out", po::value<std::string>()->default_value("watch")->value_name("DIR"), "where to write");
  return options;
}

Texts texts_option(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values.at(name).as<Texts>() : Texts{};
}

struct Side {
  std::string label;
  Scenario scenario;
};

Side side(const std::string& path, Texts sets, const Texts& own) {
  sets.insert(sets.end(), own.begin(), own.end());
  std::string label = own.empty() ? path : fmt::format("{}", fmt::join(own, " "));
  return {std::move(label), load_scenario(path, sets)};
}

Timeline window(const po::variables_map& values, const Scenario& scenario) {
  constexpr std::int64_t kMaxLength_us = 100'000;
  constexpr std::int64_t kMaxRecords = 100'000;
  const auto option = [&values](const char* name, std::int64_t min, std::int64_t max) {
    return integer_option(name, values.at(name).as<std::string>(), min, max);
  };
  const Time end = from_ms(scenario.measure.warmup_ms) + from_ms(scenario.measure.duration_ms);
  const Time from{option("from-us", 0, end.count() / 1000 - 1) * 1000};
  const Time length{option("us", 1, kMaxLength_us) * 1000};
  return {from, std::min(end, from + length), static_cast<std::size_t>(option("records", 0, kMaxRecords))};
}

}  // namespace

int watch_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, watch_options(), kHelp);
  if (!values) return kExitDone;
  const Texts paths = operands(*values, 1, 2, "A");
  const Texts sets = settings(*values);
  std::vector<Side> sides{side(paths.front(), sets, texts_option(*values, "set-a"))};
  const Texts own_b = texts_option(*values, "set-b");
  if (paths.size() == 2 || !own_b.empty()) sides.push_back(side(paths.back(), sets, own_b));
  if (sides.front().scenario.seed != sides.back().scenario.seed)
    throw UsageError(fmt::format("seeds {} and {} differ, so records would not be the same: give --seed",
                                 sides.front().scenario.seed, sides.back().scenario.seed));
  std::vector<Timeline> timelines;
  for (const Side& side : sides) timelines.push_back(window(*values, side.scenario));

  const OutputDirectory out(values->at("out").as<std::string>());
  std::vector<std::string> words{out.path().string()};
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const RunResult result = simulate(sides[i].scenario, EngineKind::fiber, 0, &timelines[i]);
    if (result.status != RunStatus::done && result.status != RunStatus::stalled) {
      complain(fmt::format("{}: {}", sides[i].label, result.diagnosis));
      return kExitRunFailed;
    }
    const std::string name = i == 0 ? "trace-a.json" : "trace-b.json";
    out.write(name, trace_json(timelines[i], sides[i].scenario.name));
    words.push_back(sides[i].label);
    words.push_back((out.path() / name).string());
  }
  become_python("ktlssim_report.watch", words);
}

}  // namespace ktlssim
