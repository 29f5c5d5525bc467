#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/cli/common_options.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/gate/gate.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/sweep/saved_points.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

enum class GateFormat { markdown, json };
constexpr std::array<std::string_view, 2> kGateFormatNames{"markdown", "json"};

constexpr HelpText kGateHelp{
    "ktlssim gate BASE NEW [options]",
    "Did a change make anything worse? BASE and NEW are scenarios, or directories that `ktlssim run --out` or `ktlssim "
    "sweep` wrote (also by other versions), or directories of such directories, which are compared by name. Points of sweeps "
    "are compared by their settings. A metric fails where it is "
    "proven worse than --allow; with equal models that happens at most once in a hundred. Prints Markdown for a review. "
    "Points and scenarios of BASE that NEW lacks fail. Exit status: 0 passes, 1 fails, 2 the command line or an input is wrong.",
    "  ktlssim gate base.json new.json --allow throughput_gbps=1\n"
    "  ktlssim run s.json --replications 10 --out base/s  # after the change: new/s\n"
    "  ktlssim gate base new\n"};

constexpr std::array<std::string_view, 3> kUsual{"throughput_gbps=1", "cpu_us_per_record=1", "latency_ready_us_p99=5"};

Threshold threshold(const std::string& text) {
  const std::size_t equals = text.find('=');
  const std::string metric = text.substr(0, equals);
  std::vector<std::string> names;
  for (const std::string_view name : metric_names()) names.emplace_back(name);
  if (std::ranges::find(names, metric) == names.end())
    throw UsageError(fmt::format("--allow: \"{}\" is no metric{}", metric, did_you_mean(metric, names)));
  double percent = 0;
  if (equals != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, percent);
    if (error != std::errc() || stop != end || !(percent >= 0 && percent <= 1e6))
      throw UsageError(fmt::format("--allow: \"{}\": expected METRIC=PERCENT, with 0 or more per cent", text));
  }
  return {metric, percent, more_is_better(metric)};
}

std::vector<Threshold> thresholds(const Values& values) {
  std::vector<Threshold> all;
  Texts texts = values.texts("allow");
  if (texts.empty()) texts = {kUsual.begin(), kUsual.end()};
  for (const std::string& text : texts) all.push_back(threshold(text));
  return all;
}

struct SavedSide {
  Scenario scenario;
  Experiment experiment;
};

using Sides = std::map<std::string, SavedSide>;  // by name

// Directories of results by their names; one that is a result itself has none. Points of sweeps by their settings too.
Sides saved_sides(const std::filesystem::path& path) {
  Sides sides;
  const auto add = [&](const std::string& name, const std::filesystem::path& directory) {
    if (has_saved_runs(directory)) {
      SavedRuns saved = read_saved_runs(directory);
      sides.insert({name, {std::move(saved.scenario), std::move(saved.experiment)}});
    } else if (has_saved_points(directory)) {
      std::set<std::string> damaged;
      std::vector<SavedPoint> points = read_saved_points(directory, damaged);
      // Who asks whether anything became worse is not told by half of it.
      for (const std::string& why : damaged) throw InputError({{"", "", "", why}});
      for (SavedPoint& point : points)
        sides.insert({name.empty() ? point.settings : name + ": " + point.settings,
                      {std::move(point.scenario), std::move(point.experiment)}});
    }
  };
  add("", path);
  if (!sides.empty()) return sides;
  for (const auto& entry : std::filesystem::directory_iterator(path))
    if (entry.is_directory()) add(entry.path().filename().string(), entry.path());
  if (sides.empty())
    throw InputError({{path.string(), "", "", "no results of ktlssim run or sweep: expected a runs.json, the directory of a sweep "
                                              "with a run, or directories with one each"}});
  return sides;
}

Sides simulated_side(const std::string& path, const Texts& sets, const Values& values, const Pool& pool, bool& whole) {
  SavedSide side{load_told(path, sets), {}};
  whole = settle(side.scenario, side.experiment, pool);
  if (whole) extend(side.experiment, side.scenario, Engines::fiber, values.count("replications"), pool);
  whole = whole && !side.experiment.interrupted;
  Sides sides;
  sides.insert({"", std::move(side)});
  return sides;
}

std::vector<GateReport> reports(const Sides& base, const Sides& now, const std::vector<Threshold>& limits) {
  std::size_t common = 0;
  for (const auto& [key, side] : base) common += now.contains(key) ? 1 : 0;
  std::vector<GateReport> all;
  for (const auto& [key, side] : base) {
    if (!now.contains(key)) {
      all.push_back({key, false, {}, {"not judged: NEW does not have it"}});
      continue;
    }
    const SavedSide& other = now.at(key);
    all.push_back(gate(key.empty() ? side.scenario.name : key, {side.experiment, side.scenario.seed},
                       {other.experiment, other.scenario.seed}, limits, common * limits.size()));
  }
  for (const auto& [key, side] : now)
    if (!base.contains(key)) complain(fmt::format("{} is not in BASE, and left out", key));
  if (common == 0) throw UsageError("BASE and NEW have no result of the same name");
  return all;
}

Json json(const std::vector<GateReport>& all) {
  Json scenarios = Json::array();
  for (const GateReport& report : all) {
    Json rows = Json::array();
    for (const GateRow& r : report.rows)
      rows.push_back({{"metric", r.threshold.metric},
                      {"unit", r.unit},
                      {"base", number_json(r.base)},
                      {"new", number_json(r.now)},
                      {"percent", number_json(r.percent.mean)},
                      {"interval", r.percent.known ? Json{number_json(r.percent.lo), number_json(r.percent.hi)} : Json()},
                      {"allowed_percent", r.threshold.percent},
                      {"verdict", name(r.verdict)}});
    scenarios.push_back({{"name", report.name},
                         {"passes", report.passes()},
                         {"paired", report.paired},
                         {"metrics", std::move(rows)},
                         {"failures", report.failures}});
  }
  return {{"passes", std::ranges::all_of(all, &GateReport::passes)}, {"scenarios", std::move(scenarios)}};
}

}  // namespace

Options gate_options() {
  Options options(kGateHelp, {"BASE", 2, 2});
  options.add("allow", "METRIC=PERCENT", Repeatable{},
              "by how many per cent of BASE a metric may get worse; may be repeated; throughput_gbps=1, "
              "cpu_us_per_record=1 and latency_ready_us_p99=5 unless given");
  add_sets_of_two(options);
  add_seed(options);
  add_replications(options, 10, "of scenarios: simulate each N times");
  add_pool(options);
  add_format(options, kGateFormatNames);
  return options;
}

int gate_verb(const Values& values) {
  const std::vector<Threshold> limits = thresholds(values);
  const Texts& paths = values.operands();
  const bool saved = std::filesystem::is_directory(paths[0]);
  if (saved) refuse_given(values, {"set", "set-a", "set-b", "seed", "replications", "timeout"}, "results are judged as they are");
  if (saved != std::filesystem::is_directory(paths[1]))
    throw UsageError("BASE and NEW are both scenarios, or both directories of results");
  Sides base, now;
  if (saved) {
    base = saved_sides(paths[0]);
    now = saved_sides(paths[1]);
  } else {
    load_scenario(paths[1], joined(settings(values), values.texts("set-b")));
    Progress progress = progress_option(values);
    const Pool pool = pool_option(values, progress);
    bool whole = true;
    base = simulated_side(paths[0], joined(settings(values), values.texts("set-a")), values, pool, whole);
    if (whole) now = simulated_side(paths[1], joined(settings(values), values.texts("set-b")), values, pool, whole);
    if (!ended_whole(progress, !whole)) return kExitInterrupted;
  }
  const std::vector<GateReport> all = reports(base, now, limits);
  print(values.choice<GateFormat>("format") == GateFormat::json ? json_of_verb("gate", json(all)) : gate_markdown(all));
  return std::ranges::all_of(all, &GateReport::passes) ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
