#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/comparison.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kHelp{
    "ktlssim compare A [B] [options]",
    "Simulates two scenarios, or one with two settings, with common random numbers, and reports for each "
    "metric what differs, "
    "pair by pair, as ministat(1) does. Every metric has 95 % of its own: of twenty that do not differ, one "
    "will seem to. Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim compare scenarios/qat-loopback.json --set-a /ktls/dispatch=blocking\n"
    "  ktlssim compare a.json b.json --metric latency_ready_us_p99\n"};

struct Side {
  std::string label;  // what the user called it
  Scenario scenario;
  Experiment experiment;
  RunRecord record;
};

Side side(const std::string& path, Texts sets, const Texts& own) {
  sets.insert(sets.end(), own.begin(), own.end());
  std::string label = path;
  for (const std::string& set : own) label += ' ' + set;
  return {plain(label), load_scenario(path, sets), {}, {}};
}

std::string sample_row(char mark, const Sample& s) {
  std::string text = fmt::format("{} {:>4}", mark, s.n);
  for (const double value : {s.min, s.max, s.median, s.mean, s.stddev})
    text += fmt::format("{:>14}", number_text(value));
  return text + '\n';
}

std::string verdict(const MetricComparison& m) {
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
  return fmt::format("Difference at 95.0% confidence\n\t{} +/- {}\n\t{}% +/- {}%\n\t(Student's t, paired)\n",
                     number_text(d.mean), number_text(half), number_text(m.percent(d.mean)),
                     number_text(m.percent(half)));
}

// Metrics that were asked for, and that no pair of replications has a value of.
std::string left_out_lines(const std::vector<MetricComparison>& compared, const Texts& metrics) {
  std::string text;
  for (const std::string& name : metrics)
    if (std::ranges::find(compared, name, &MetricComparison::name) == compared.end())
      text += fmt::format("\n{}: -: no pair of replications has a value\n", name);
  return text;
}

std::string table(const Side& a, const Side& b, const std::vector<MetricComparison>& compared,
                  const Texts& metrics) {
  std::string text = wrap("x " + a.label, kColumns) + wrap("+ " + b.label, kColumns);
  for (const auto& [mark, side] : {std::pair{'x', &a}, std::pair{'+', &b}})
    for (const UnsteadyReason& reason : side->experiment.steadiness.why)
      text += wrap(plain(fmt::format("{} NOT STEADY: {}", mark, reason.what)), kColumns);
  for (const MetricComparison& m : compared)
    text +=
        fmt::format("\n{} ({})\n{:>6}{:>14}{:>14}{:>14}{:>14}{:>14}\n{}{}{}", m.name, m.unit, "N", "Min",
                    "Max", "Median", "Avg", "Stddev", sample_row('x', m.a), sample_row('+', m.b), verdict(m));
  return text + left_out_lines(compared, metrics);
}

Json sample_json(const Sample& s) {
  return {{"n", s.n},
          {"min", number_json(s.min)},
          {"max", number_json(s.max)},
          {"median", number_json(s.median)},
          {"mean", number_json(s.mean)},
          {"stddev", number_json(s.stddev)}};
}

Json json(const Side& a, const Side& b, const std::vector<MetricComparison>& compared) {
  Json metrics = Json::object();
  for (const MetricComparison& m : compared) {
    const Estimate& d = m.difference;
    Json difference{{"mean", number_json(d.mean)},
                    {"percent", number_json(m.percent(d.mean))},
                    {"n", d.n},
                    {"proven", m.proven()}};
    if (d.spread == Spread::deterministic)
      difference["deterministic"] = true;
    else
      difference["ci95"] = d.spread == Spread::interval ? Json{number_json(d.lo), number_json(d.hi)} : Json();
    metrics[m.name] = {
        {"unit", m.unit}, {"a", sample_json(m.a)}, {"b", sample_json(m.b)}, {"difference", difference}};
  }
  return {{"a", a.label},
          {"b", b.label},
          {"steady", {{"a", steady_json(a.experiment.steadiness)}, {"b", steady_json(b.experiment.steadiness)}}},
          {"metrics", std::move(metrics)}};
}

// Until there are `count` replications.
void simulate_side(Side& side, std::size_t count, const Pool& pool) {
  const auto begin = std::chrono::steady_clock::now();
  extend(side.experiment, side.scenario, side.record.engine, count, pool);
  side.record.replications = count;
  side.record.wall_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

bool precise(const std::vector<MetricComparison>& compared, double relative) {
  return std::ranges::all_of(
      compared, [relative](const MetricComparison& m) { return narrow(m.difference, relative, m.a.mean); });
}

// Both sides, until there are `count` pairs; or, where that is nothing, until their differences are precise.
// False if interrupted.
bool simulate_pairs(Side& a, Side& b, std::optional<std::size_t> count, const Texts& metrics,
                    const Pool& pool) {
  const MeasureParameters& measure = a.scenario.measure;
  std::size_t pairs = count ? *count : replications_after(measure, 0);
  for (;;) {
    for (Side* const side : {&a, &b}) {
      simulate_side(*side, pairs, pool);
      if (side->experiment.interrupted) return false;
    }
    if (count || precise(compare_metrics(a.experiment, b.experiment, metrics), measure.relative_precision))
      return true;
    if (pairs >= static_cast<std::size_t>(measure.max_replications)) {
      complain(fmt::format("after {} pairs, not every difference is precise to {}", pairs,
                           number_text(measure.relative_precision)));
      return true;
    }
    pairs = replications_after(measure, pairs);
  }
}

struct Directories {
  OutputDirectory a;
  OutputDirectory b;
  OutputDirectory both;
  explicit Directories(const std::filesystem::path& path) : a(path / "a"), b(path / "b"), both(path) {}
};

}  // namespace

Options compare_options() {
  Options options(kHelp, {"A", 1, 2});
  add_sets_of_two(options);
  options.add("metric,M", "NAME", Repeatable{metric_names()},
              "compare NAME; may be repeated; throughput_gbps and cpu_percent unless given");
  add_seed(options);
  add_replications(options, 10, "pairs to simulate");
  add_precision(options,
                "simulate pairs until half the interval of each difference is at most R times the mean of A");
  add_pool(options);
  add_format(options);
  add_out(options, "write comparison.json to DIR, and what `run` writes to DIR/a and DIR/b");
  add_engine(options);
  add_ensemble(options);
  return options;
}

int compare_verb(const Values& values) {
  const Texts& paths = values.operands();
  const Texts own_a = values.texts("set-a");
  const Texts own_b = values.texts("set-b");
  if (paths.size() == 1 && own_a.empty() && own_b.empty())
    throw UsageError("nothing to compare: name a second scenario, or give --set-a or --set-b");
  const Texts metrics = values.given("metric") ? values.texts("metric") : Texts{"throughput_gbps", "cpu_percent"};
  RunRecord record{};
  record.engine = engine_option(values);
  record.replications = values.count("replications");
  record.command_line = values.command_line();

  const Texts sets = settings(values);
  Side a = side(paths.front(), sets, own_a);
  Side b = side(paths.back(), sets, own_b);
  if (a.scenario.seed != b.scenario.seed)
    throw UsageError(fmt::format("seeds {} and {} differ, so random numbers would not be common: give --seed",
                                 a.scenario.seed, b.scenario.seed));
  const EnsembleOption ensemble(values);
  for (const Side* const side : {&a, &b}) warn_of_kernel(side->scenario, side->label + ": ");
  std::optional<Directories> out;
  if (values.given("out")) out.emplace(values.text("out"));

  record.started = utc_now();
  a.record = b.record = record;
  std::optional<std::size_t> count = record.replications;
  if (a.scenario.measure.relative_precision > 0 && !values.given("replications")) count = std::nullopt;
  Progress progress = progress_option(values);
  const bool whole = simulate_pairs(a, b, count, metrics, pool_option(values, progress));
  progress.end();
  for (const Side* const side : {&a, &b}) complain_of_failures(side->experiment, side->label + ": ");
  if (!whole) {
    complain("nothing is kept of a comparison that is interrupted");
    return kExitInterrupted;
  }
  const std::vector<MetricComparison> compared = compare_metrics(a.experiment, b.experiment, metrics);
  if (!as_json(values)) print(table(a, b, compared, metrics));
  std::optional<KnownAnswer> known;
  std::string why;
  if (ensemble.wanted() && a.experiment.all_done() && b.experiment.all_done()) {
    known = ensemble.answer({&a.scenario, &b.scenario}, {events_of(a.experiment), events_of(b.experiment)},
                            pool_option(values, progress), why);
    progress.end();
    if (!known) complain("what is not known: " + why);
  }
  Json both = json(a, b, compared);
  if (known) add_known_of_comparison(both, *known);
  const std::string as_json_text = json_text(both);
  if (out) {
    write_results(out->a, a.scenario, a.experiment, a.record);
    write_results(out->b, b.scenario, b.experiment, b.record);
    out->both.write("comparison.json", as_json_text);
  }
  if (as_json(values)) print(as_json_text);
  if (!as_json(values) && known) print(known_lines(compared, *known));
  if (why == kInterrupted) return kExitInterrupted;
  return a.experiment.all_done() && b.experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
