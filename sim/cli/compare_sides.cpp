#include "sim/cli/compare_sides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "models/counted.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/statistics/precision.hpp"

namespace ktlssim {

namespace {

ComparedSide side(const std::string& path, const Texts& sets, const Texts& own, std::size_t number) {
  ComparedSide made{};
  made.number = number;
  made.label = path;
  for (const std::string& set : own) made.label += ' ' + set;
  made.saved = std::filesystem::is_directory(path);
  if (made.saved) {
    if (!own.empty() || !sets.empty()) throw UsageError(fmt::format("{} holds results: --set cannot change them", path));
    SavedRuns saved = read_saved_runs(path);
    made.asked = made.scenario = std::move(saved.scenario);
    made.experiment = std::move(saved.experiment);
    return made;
  }
  made.own = own;
  made.asked = made.scenario = load_scenario(path, joined(sets, own), &made.unread);
  return made;
}

// Until there are `count` replications.
void simulate_side(ComparedSide& side, std::size_t count, const Pool& pool) {
  const auto begin = std::chrono::steady_clock::now();
  extend(side.experiment, side.scenario, side.record.engines, count, pool);
  side.record.replications = count;
  side.record.wall_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool precise(const std::vector<MetricComparison>& compared, double relative) {
  return std::ranges::all_of(
      compared, [relative](const MetricComparison& m) { return narrow(m.difference, relative, m.a.mean); });
}

// Common windows, so that pairs have common random numbers for as long as they can. False if interrupted.
bool settle_sides(std::vector<ComparedSide>& sides, const Pool& pool) {
  double warmup_ms = 0;
  double duration_ms = 0;
  for (ComparedSide& side : sides) {
    if (!settle(side.scenario, side.experiment, pool)) return false;
    if (side.saved || !side.experiment.window) continue;
    warmup_ms = std::max(warmup_ms, side.experiment.window->warmup_ms);
    duration_ms = std::max(duration_ms, side.experiment.window->duration_ms);
  }
  for (ComparedSide& side : sides) {
    if (side.saved || !side.experiment.window || !side.experiment.runs.empty()) continue;
    side.experiment.window->warmup_ms = warmup_ms;
    side.experiment.window->duration_ms = duration_ms;
    side.scenario = with_window(side.scenario, *side.experiment.window);
  }
  return true;
}

}  // namespace

std::string Judging::method() const {
  const std::string text = pairing == Pairing::paired ? "Student's t, paired" : "Welch's t: other seeds, so no pairs";
  return comparisons > 1 ? fmt::format("{}; {} intervals together, Bonferroni", text, comparisons) : text;
}

std::vector<ComparedSide> sides_of(const Values& values) {
  const Texts& paths = values.operands();
  const Texts own_a = values.texts("set-a");
  const Texts own_b = values.texts("set-b");
  if (paths.size() == 1 && own_a.empty() && own_b.empty())
    throw UsageError("nothing to compare: name a second scenario, or give --set-a or --set-b");
  if (paths.size() > 2 && (!own_a.empty() || !own_b.empty()))
    throw UsageError("--set-a and --set-b are of two sides, and there are more");
  const Texts sets = settings(values);
  std::vector<ComparedSide> sides;
  for (std::size_t i = 0; i < std::max<std::size_t>(2, paths.size()); ++i)
    sides.push_back(side(paths[std::min(i, paths.size() - 1)], sets, i == 0 ? own_a : i == 1 ? own_b : Texts{}, i));
  return sides;
}

void warn_of_unread(const ComparedSide& side, const ComparedSide* alike) {
  for (const Problem& problem : side.unread) {
    const bool own = std::ranges::any_of(side.own, [&](const std::string& set) {
      return set.starts_with(problem.pointer + '=');
    });
    const bool read = alike != nullptr && !own &&
                      std::ranges::find(alike->unread, problem.pointer, &Problem::pointer) == alike->unread.end();
    if (!read) complain(label(side.label) + ": " + problem.line());
  }
}

Pairing pairing_of(const std::vector<ComparedSide>& sides) {
  for (const ComparedSide& side : sides) {
    if (side.scenario.seed == sides.front().scenario.seed) continue;
    if (side.saved || sides.front().saved) return Pairing::unpaired;
    throw UsageError(fmt::format("seeds {} and {} differ, so random numbers would not be common: give --seed",
                                 sides.front().scenario.seed, side.scenario.seed));
  }
  return Pairing::paired;
}

void resume(std::vector<ComparedSide>& sides, const std::filesystem::path& out) {
  for (ComparedSide& side : sides) {
    if (side.saved) continue;
    if (std::optional<SavedRuns> saved = saved_runs_of(side.asked, out / side.name())) {
      side.scenario = std::move(saved->scenario);
      side.experiment = std::move(saved->experiment);
    }
  }
}

Compared compare_sides(const std::vector<ComparedSide>& sides, const Texts& metrics, const Judging& judging) {
  Compared compared;
  for (std::size_t i = 1; i < sides.size(); ++i)
    compared.push_back(compare_metrics(sides.front().experiment, sides[i].experiment, metrics, judging.pairing,
                                       simultaneous_level(judging.comparisons)));
  return compared;
}

bool simulate_sides(std::vector<ComparedSide>& sides, std::optional<std::size_t> count, const Texts& metrics,
                    const Judging& judging, const Pool& pool) {
  if (!settle_sides(sides, pool)) return false;
  const MeasureParameters& measure = sides.front().scenario.measure;
  std::size_t pairs = count ? *count : replications_after(measure, 0);
  for (;;) {
    for (ComparedSide& side : sides) {
      if (side.saved) continue;
      simulate_side(side, pairs, pool);
      if (side.experiment.interrupted) return false;
    }
    if (count) return true;
    const Compared compared = compare_sides(sides, metrics, judging);
    if (std::ranges::all_of(compared, [&](const auto& some) { return precise(some, measure.relative_precision); })) return true;
    if (pairs >= static_cast<std::size_t>(measure.max_replications)) {
      complain(fmt::format("after {}, not every difference is precise to {}", counted(pairs, "pair"),
                           number_text(measure.relative_precision)));
      return true;
    }
    pairs = replications_after(measure, pairs);
  }
}

}  // namespace ktlssim
