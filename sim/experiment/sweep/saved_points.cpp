#include "sim/experiment/sweep/saved_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/sweep/sweep_directory.hpp"

namespace ktlssim {

namespace {

std::string settings_text(const std::vector<Assignment>& settings) {
  std::vector<std::string> texts;
  for (const Assignment& a : settings) texts.push_back(fmt::format("{}={}", canonical_pointer(a.pointer), plain_value(a.value)));
  std::ranges::sort(texts);  // two sweeps may have them in another order
  return fmt::format("{}", fmt::join(texts, " "));
}

}  // namespace

bool has_saved_points(const std::filesystem::path& directory) {
  return std::filesystem::exists(directory / "manifest.json") && std::filesystem::is_directory(directory / "points");
}

std::vector<SavedPoint> read_saved_points(const std::filesystem::path& directory, std::set<std::string>& damaged) {
  const SweepDirectory sweep(directory);
  const Sweep& plan = sweep.plan();
  std::vector<SavedPoint> points;
  for (std::size_t point = 0; point < plan.points.size(); ++point) {
    Experiment experiment;
    RunsOfPoint runs = sweep.runs(point);
    experiment.summary = summary_of_point(runs);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      if (!runs[i]) continue;
      Steadiness& whole = experiment.steadiness;
      whole.backlog_grows = whole.backlog_grows || runs[i]->steadiness.backlog_grows;
      for (const UnsteadyReason& reason : runs[i]->steadiness.why)
        if (std::ranges::find(whole.why, reason.kind, &UnsteadyReason::kind) == whole.why.end()) whole.why.push_back(reason);
      experiment.runs.push_back({i, std::move(runs[i]->result)});
    }
    if (experiment.runs.empty()) continue;
    try {
      Scenario scenario = read_scenario(sweep.read_point(point), (directory / "points" / point_file(point)).string());
      points.push_back({settings_text(plan.settings_of(point)), std::move(scenario), std::move(experiment)});
    } catch (const InputError& error) {
      damaged.insert(error.problems().front().line());
    }
  }
  damaged.insert(sweep.damaged().begin(), sweep.damaged().end());
  return points;
}

}  // namespace ktlssim
