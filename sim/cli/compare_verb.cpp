#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "sim/cli/compare_sweeps.hpp"
#include "sim/cli/comparison_json.hpp"
#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/listening.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/result/saved_runs.hpp"
#include "sim/experiment/run/comparison.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/experiment/sweep/saved_points.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kCompareHelp{
    "ktlssim compare A [B...] [options]",
    "Simulates scenarios, or one with two settings, with common random numbers, and reports for each metric what differs "
    "from the first, pair by pair, as ministat(1) does. Directories that `ktlssim run --out` wrote are compared as they "
    "are, two of `ktlssim sweep` point by point, matched by their settings. The intervals of several against the first "
    "hold together in 95 % (Bonferroni). Every metric has 95 % of its own: of twenty that do not differ, one will seem to. Exit status: 0 done, 1 a run failed, 2 the command line or a "
    "scenario is wrong.",
    "  ktlssim compare scenarios/qat-loopback.json --set-a /ktls/dispatch=blocking\n"
    "  ktlssim compare a.json b.json c.json --metric latency_ready_us_p99\n"
    "  ktlssim compare out/before out/after\n"};

constexpr std::size_t kMostSides = 20;
constexpr std::string_view kMarks = "x+*%#@O=&$~^abcdefgh";
static_assert(kMarks.size() == kMostSides);

struct Side {
  std::string label;  // what the user called it
  Texts own = {};     // what only this side sets
  std::vector<Problem> unread = {};
  Scenario asked;     // with its window open, where it is
  Scenario scenario;
  Experiment experiment = {};
  RunRecord record = {};
  bool saved = false;  // and not to be simulated

  std::string name() const { return {static_cast<char>('a' + number)}; }
  std::size_t number = 0;
};

Side side(const std::string& path, Texts sets, const Texts& own, std::size_t number) {
  Side made{};
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
  sets.insert(sets.end(), own.begin(), own.end());
  made.own = own;
  made.asked = made.scenario = load_scenario(path, sets, &made.unread);
  return made;
}

// What several sides of one file were given has an effect if one of them reads it.
void warn_of_unread(const Side& side, const Side* alike) {
  for (const Problem& problem : side.unread) {
    const bool own = std::ranges::any_of(side.own, [&](const std::string& set) {
      return set.starts_with(problem.pointer + '=');
    });
    const bool read = alike != nullptr && !own &&
                      std::ranges::find(alike->unread, problem.pointer, &Problem::pointer) == alike->unread.end();
    if (!read) complain(label(side.label) + ": " + problem.line());
  }
}

std::string sample_row(char mark, const Sample& s) {
  std::string text = fmt::format("{} {:>4}", mark, s.n);
  for (const double value : {s.min, s.max, s.median, s.mean, s.stddev})
    text += fmt::format("{:>14}", number_text(value));
  return text + '\n';
}

// What several verdicts of one metric have in common.
struct Judging {
  Pairing pairing;
  std::size_t comparisons;  // against the first

  std::string method() const {
    const std::string text = pairing == Pairing::paired ? "Student's t, paired" : "Welch's t: other seeds, so no pairs";
    return comparisons > 1 ? fmt::format("{}; {} intervals together, Bonferroni", text, comparisons) : text;
  }
};

std::string verdict(const MetricComparison& m, const Judging& judging) {
  const Estimate& d = m.difference;
  if (d.spread == Spread::growing) return "No mean exists: what waits grows, and no difference is a result\n";
  if (d.spread == Spread::single) return "A single pair: no difference can be proven\n";
  if (!m.proven())
    return d.spread == Spread::deterministic ? "No difference: nothing is random\n"
                                             : "No difference proven at 95.0% confidence\n";
  if (d.spread == Spread::deterministic)
    return fmt::format("Difference, deterministic\n\t{}\n\t{}%\n", number_text(d.mean),
                       number_text(m.percent(d.mean)));
  const double half = (d.hi - d.lo) / 2;
  return fmt::format("Difference at 95.0% confidence\n\t{} +/- {}\n\t{}% +/- {}%\n\t({}; the dice alone)\n",
                     number_text(d.mean), number_text(half), number_text(m.percent(d.mean)),
                     number_text(m.percent(half)), judging.method());
}

// Metrics that were asked for, and that no pair of replications has a value of.
std::string left_out_lines(const std::vector<MetricComparison>& compared, const Texts& metrics) {
  std::string text;
  for (const std::string& name : metrics)
    if (std::ranges::find(compared, name, &MetricComparison::name) == compared.end())
      text += fmt::format("\n{}: -: no pair of replications has a value\n", name);
  return text;
}

using Compared = std::vector<std::vector<MetricComparison>>;  // by side, from the second on

const MetricComparison* find(const std::vector<MetricComparison>& compared, const std::string& name) {
  const auto found = std::ranges::find(compared, name, &MetricComparison::name);
  return found == compared.end() ? nullptr : &*found;
}

std::string metric_lines(const std::string& name, const Compared& compared, const Judging& judging) {
  std::string rows;
  std::string verdicts;
  const MetricComparison* first = nullptr;
  for (std::size_t i = 0; i < compared.size(); ++i) {
    const MetricComparison* const m = find(compared[i], name);
    if (m == nullptr) continue;
    if (first == nullptr) rows = sample_row('x', m->a);
    first = m;
    rows += sample_row(kMarks[i + 1], m->b);
    if (compared.size() > 1) verdicts += fmt::format("{} against x: ", kMarks[i + 1]);
    verdicts += verdict(*m, judging);
  }
  if (first == nullptr) return {};
  return fmt::format("\n{} ({})\n{:>6}{:>14}{:>14}{:>14}{:>14}{:>14}\n{}{}", name, first->unit, "N", "Min", "Max", "Median",
                     "Avg", "Stddev", rows, verdicts);
}

std::string table(const std::vector<Side>& sides, const Compared& compared, const Texts& metrics, const Judging& judging) {
  std::string text;
  for (const Side& side : sides) text += wrap(fmt::format("{} {}", kMarks[side.number], label(side.label)), columns());
  for (const Side& side : sides) {
    if (side.experiment.window)
      text += wrap(plain(fmt::format("{} {}", kMarks[side.number], window_text(*side.experiment.window))), columns());
    for (const UnsteadyReason& reason : side.experiment.steadiness.why)
      text += wrap(plain(fmt::format("{} NOT STEADY: {}", kMarks[side.number], reason.what)), columns());
  }
  std::vector<MetricComparison> all;
  for (const auto& some : compared) all.insert(all.end(), some.begin(), some.end());
  for (const std::string& name : metrics) text += metric_lines(name, compared, judging);
  return text + left_out_lines(all, metrics);
}

// Of two sides "difference", of more "differences" by side.
Json json(const std::vector<Side>& sides, const Compared& compared, const Texts& names, const Judging& judging) {
  Json metrics = Json::object();
  for (const std::string& name : names) {
    Json json = Json::object();
    Json differences = Json::object();
    for (std::size_t i = 0; i < compared.size(); ++i) {
      const MetricComparison* const m = find(compared[i], name);
      if (m == nullptr) continue;
      if (json.empty()) json = {{"unit", m->unit}, {"a", sample_json(m->a)}};
      json[sides[i + 1].name()] = sample_json(m->b);
      differences[sides[i + 1].name()] = difference_json(*m);
    }
    if (differences.empty()) continue;
    if (sides.size() == 2)
      json["difference"] = differences.front();
    else
      json["differences"] = std::move(differences);
    metrics[name] = std::move(json);
  }
  Json all = Json::object();
  Json steady = Json::object();
  for (const Side& side : sides) {
    all[side.name()] = side.label;
    steady[side.name()] = steady_json(side.experiment.steadiness);
  }
  all["steady"] = std::move(steady);
  all["method"] = judging.method();
  all["metrics"] = std::move(metrics);
  return all;
}

// Until there are `count` replications.
void simulate_side(Side& side, std::size_t count, const Pool& pool) {
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
bool settle_sides(std::vector<Side>& sides, const Pool& pool) {
  double warmup_ms = 0;
  double duration_ms = 0;
  for (Side& side : sides) {
    if (!settle(side.scenario, side.experiment, pool)) return false;
    if (side.saved || !side.experiment.window) continue;
    warmup_ms = std::max(warmup_ms, side.experiment.window->warmup_ms);
    duration_ms = std::max(duration_ms, side.experiment.window->duration_ms);
  }
  for (Side& side : sides) {
    if (side.saved || !side.experiment.window || !side.experiment.runs.empty()) continue;
    side.experiment.window->warmup_ms = warmup_ms;
    side.experiment.window->duration_ms = duration_ms;
    side.scenario = with_window(side.scenario, *side.experiment.window);
  }
  return true;
}

Compared compare_sides(const std::vector<Side>& sides, const Texts& metrics, const Judging& judging) {
  Compared compared;
  for (std::size_t i = 1; i < sides.size(); ++i)
    compared.push_back(compare_metrics(sides.front().experiment, sides[i].experiment, metrics, judging.pairing,
                                       simultaneous_level(judging.comparisons)));
  return compared;
}

// All sides, until there are `count` of each; or, where that is nothing, until their differences are precise.
// False if interrupted.
bool simulate_sides(std::vector<Side>& sides, std::optional<std::size_t> count, const Texts& metrics,
                    const Judging& judging, const Pool& pool) {
  const MeasureParameters& measure = sides.front().scenario.measure;
  std::size_t pairs = count ? *count : replications_after(measure, 0);
  for (;;) {
    for (Side& side : sides) {
      if (side.saved) continue;
      simulate_side(side, pairs, pool);
      if (side.experiment.interrupted) return false;
    }
    if (count) return true;
    const Compared compared = compare_sides(sides, metrics, judging);
    if (std::ranges::all_of(compared, [&](const auto& some) { return precise(some, measure.relative_precision); })) return true;
    if (pairs >= static_cast<std::size_t>(measure.max_replications)) {
      complain(fmt::format("after {} pairs, not every difference is precise to {}", pairs,
                           number_text(measure.relative_precision)));
      return true;
    }
    pairs = replications_after(measure, pairs);
  }
}

std::vector<Side> sides_of(const Values& values) {
  const Texts& paths = values.operands();
  const Texts own_a = values.texts("set-a");
  const Texts own_b = values.texts("set-b");
  if (paths.size() == 1 && own_a.empty() && own_b.empty())
    throw UsageError("nothing to compare: name a second scenario, or give --set-a or --set-b");
  if (paths.size() > 2 && (!own_a.empty() || !own_b.empty()))
    throw UsageError("--set-a and --set-b are of two sides, and there are more");
  const Texts sets = settings(values);
  std::vector<Side> sides;
  for (std::size_t i = 0; i < std::max<std::size_t>(2, paths.size()); ++i)
    sides.push_back(side(paths[std::min(i, paths.size() - 1)], sets, i == 0 ? own_a : i == 1 ? own_b : Texts{}, i));
  return sides;
}

// Pairs have one seed. Scenarios are refused otherwise; results that are there have what they have.
Pairing pairing_of(const std::vector<Side>& sides) {
  for (const Side& side : sides) {
    if (side.scenario.seed == sides.front().scenario.seed) continue;
    if (side.saved || sides.front().saved) return Pairing::unpaired;
    throw UsageError(fmt::format("seeds {} and {} differ, so random numbers would not be common: give --seed",
                                 sides.front().scenario.seed, side.scenario.seed));
  }
  return Pairing::paired;
}

// Goes on with the replications that DIR holds.
void resume(std::vector<Side>& sides, const std::filesystem::path& out) {
  for (Side& side : sides) {
    if (side.saved) continue;
    if (std::optional<SavedRuns> saved = saved_runs_of(side.asked, out / side.name())) {
      side.scenario = std::move(saved->scenario);
      side.experiment = std::move(saved->experiment);
    }
  }
}

// What is not known of two sides that were simulated; nothing, and why, if that cannot be said.
std::optional<KnownAnswer> known_of(const std::vector<Side>& sides, const EnsembleOption& ensemble, const Pool& pool,
                                    std::string& why) {
  const bool simulated = std::ranges::all_of(sides, [](const Side& side) { return !side.saved && side.experiment.all_done(); });
  if (!ensemble.wanted() || !simulated || sides.size() != 2) return std::nullopt;
  return ensemble.answer({&sides[0].scenario, &sides[1].scenario},
                         {events_of(sides[0].experiment), events_of(sides[1].experiment)}, pool, why);
}

}  // namespace

Options compare_options() {
  Options options(kCompareHelp, {"A", 1, kMostSides});
  add_sets_of_two(options);
  options.add("metric,M", "NAME", Repeatable{metric_names()},
              "compare NAME; may be repeated; throughput_gbps and cpu_percent unless given");
  add_seed(options);
  add_replications(options, 10, "pairs to simulate");
  add_precision(options,
                "simulate pairs until half the interval of each difference is at most R times the mean of A");
  add_pool(options);
  add_format(options);
  add_out(options, "write comparison.json and difference.folded to DIR, and to DIR/a, DIR/b, ... what `run` writes and, of "
                   "the first two, a short trace.json");
  options.flag("resume", "add to the replications that DIR holds");
  add_engines(options);
  add_ensemble(options);
  return options;
}

int compare_verb(const Values& values) {
  const Texts metrics = values.given("metric") ? values.texts("metric") : Texts{"throughput_gbps", "cpu_percent"};
  if (values.given("resume") && !values.given("out")) throw UsageError("--resume takes --out DIR");
  if (std::ranges::any_of(values.operands(), [](const std::string& path) { return has_saved_points(path); }))
    return compare_sweeps(values, metrics);
  RunRecord record{};
  record.engines = engines_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  std::vector<Side> sides = sides_of(values);
  const Judging judging{pairing_of(sides), sides.size() - 1};
  const EnsembleOption ensemble(values);
  const bool alike = values.operands().size() == 1;
  for (const Side& side : sides) warn_of_unread(side, alike ? &sides[1 - side.number] : nullptr);
  for (const Side& side : sides)
    if (!side.saved) warn_of_kernel(side.scenario, label(side.label) + ": ");
  std::optional<OutputDirectory> out;
  if (values.given("out")) out.emplace(values.text("out"));
  if (values.given("resume")) resume(sides, values.text("out"));

  record.started = utc_now();
  for (Side& side : sides) side.record = record;
  std::optional<std::size_t> count = record.replications;
  if (sides.front().scenario.measure.relative_precision > 0 && !values.given("replications")) count = std::nullopt;
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  const bool whole = settle_sides(sides, pool) && simulate_sides(sides, count, metrics, judging, pool);
  progress.end();
  for (const Side& side : sides) complain_of_failures(side.experiment, label(side.label) + ": ");
  if (!whole) {
    complain("nothing is kept of a comparison that is interrupted");
    return kExitInterrupted;
  }
  const Compared compared = compare_sides(sides, metrics, judging);
  if (!as_json(values)) print(table(sides, compared, metrics, judging));
  std::string why;
  const std::optional<KnownAnswer> known = known_of(sides, ensemble, pool, why);
  progress.end();
  if (!why.empty()) complain("what is not known: " + why);
  Json answer = json(sides, compared, metrics, judging);
  if (known) add_known_of_comparison(answer, *known);
  const std::string as_json_text = json_of_verb("compare", answer);
  if (out) {
    for (const Side& side : sides)
      write_results(OutputDirectory(out->path() / side.name()), side.asked, side.scenario, side.experiment, side.record,
                    known ? &*known : nullptr, side.number);
    out->write("comparison.json", as_json_text);
    if (!sides[0].saved && !sides[1].saved) write_of_comparison(*out, sides[0].scenario, sides[1].scenario);
  }
  if (as_json(values)) print(as_json_text);
  if (!as_json(values) && known) print(known_lines(compared.front(), *known));
  if (why == kInterrupted) return kExitInterrupted;
  return std::ranges::all_of(sides, [](const Side& side) { return side.experiment.all_done(); }) ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
