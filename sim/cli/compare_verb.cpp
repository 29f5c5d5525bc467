#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>

#include "sim/cli/experiment_output.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/options.hpp"
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

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::array<std::string_view, 2> kFormats{"table", "json"};

constexpr HelpText kHelp{
    "ktlssim compare A [B] [options]",
    "Simulates two scenarios, or one with two settings, with common random numbers, and reports for each "
    "metric what differs, "
    "pair by pair, as ministat(1) does. Every metric has 95 % of its own: of twenty that do not differ, one "
    "will seem to. Exit status: 0 done, 1 a run failed, 2 the command line or a scenario is wrong.",
    "  ktlssim compare scenarios/qat-loopback.json --set-a /ktls/dispatch=blocking\n"
    "  ktlssim compare a.json b.json --metric latency_ready_us_p99\n"};

po::options_description compare_options() {
  po::options_description options;
  auto add = options.add_options();
  const auto texts = [](const char* name) { return po::value<Texts>()->composing()->value_name(name); };
  add("set", texts("/POINTER=VALUE"), "change a parameter of both; may be repeated");
  add("set-a", texts("/POINTER=VALUE"), "change a parameter of A");
  add("set-b", texts("/POINTER=VALUE"), "change a parameter of B, which is A where it is not named");
  add("metric,M", texts("NAME"),
      "compare NAME; may be repeated; throughput_gbps and cpu_percent unless given");
  add("seed", po::value<std::string>()->value_name("N"), "the same as --set /seed=N");
  add("replications", po::value<std::string>()->default_value("10")->value_name("N"), "pairs to simulate");
  add("precision", po::value<std::string>()->value_name("R"),
      "simulate pairs until half the interval of each difference is at most R times the mean of A");
  add("jobs,j", po::value<std::string>()->value_name("N"), "at most N at a time; by default one per CPU");
  add("format", po::value<std::string>()->default_value("table")->value_name("NAME"), "table or json");
  add("out", po::value<std::string>()->value_name("DIR"),
      "write comparison.json to DIR, and what `run` writes to DIR/a and DIR/b");
  add("engine", po::value<std::string>()->default_value("simgrid")->value_name("NAME"), "simgrid or fiber");
  return options;
}

Texts texts_option(const po::variables_map& values, const char* name) {
  return values.contains(name) ? values.at(name).as<Texts>() : Texts{};
}

Texts metrics_option(const po::variables_map& values) {
  if (!values.contains("metric")) return {"throughput_gbps", "cpu_percent"};
  const Texts metrics = texts_option(values, "metric");
  for (const std::string& metric : metrics) choice_option("metric", metric, metric_names());
  return metrics;
}

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
void simulate_side(Side& side, std::size_t count, std::size_t jobs) {
  const auto begin = std::chrono::steady_clock::now();
  extend(side.experiment, side.scenario, side.record.engine, count, jobs);
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
                    std::size_t jobs) {
  const MeasureParameters& measure = a.scenario.measure;
  std::size_t pairs = count ? *count : replications_after(measure, 0);
  for (;;) {
    for (Side* const side : {&a, &b}) {
      simulate_side(*side, pairs, jobs);
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

int compare_verb(const Arguments& arguments) {
  const auto values = parse_options(arguments, compare_options(), kHelp);
  if (!values) return kExitDone;
  const Texts paths = operands(*values, 1, 2, "A");
  const Texts own_a = texts_option(*values, "set-a");
  const Texts own_b = texts_option(*values, "set-b");
  if (paths.size() == 1 && own_a.empty() && own_b.empty())
    throw UsageError("nothing to compare: name a second scenario, or give --set-a or --set-b");
  const Texts metrics = metrics_option(*values);
  const bool as_json = choice_option("format", values->at("format").as<std::string>(), kFormats) == 1;
  RunRecord record{};
  record.engine = static_cast<EngineKind>(
      choice_option("engine", values->at("engine").as<std::string>(), kEngineKindNames));
  record.replications = static_cast<std::size_t>(
      integer_option("replications", values->at("replications").as<std::string>(), 1, kMaxReplications));
  record.command_line = arguments.command_line;
  const std::size_t jobs = jobs_option(*values);

  const Texts sets = settings(*values);
  Side a = side(paths.front(), sets, own_a);
  Side b = side(paths.back(), sets, own_b);
  if (a.scenario.seed != b.scenario.seed)
    throw UsageError(fmt::format("seeds {} and {} differ, so random numbers would not be common: give --seed",
                                 a.scenario.seed, b.scenario.seed));
  for (const Side* const side : {&a, &b}) warn_of_kernel(side->scenario, side->label + ": ");
  std::optional<Directories> out;
  if (values->contains("out")) out.emplace(values->at("out").as<std::string>());

  record.started = utc_now();
  a.record = b.record = record;
  std::optional<std::size_t> count = record.replications;
  if (a.scenario.measure.relative_precision > 0 && values->at("replications").defaulted())
    count = std::nullopt;
  const bool whole = simulate_pairs(a, b, count, metrics, jobs);
  for (const Side* const side : {&a, &b}) complain_of_failures(side->experiment, side->label + ": ");
  if (!whole) {
    complain("nothing is kept of a comparison that is interrupted");
    return kExitInterrupted;
  }
  const std::vector<MetricComparison> compared = compare_metrics(a.experiment, b.experiment, metrics);
  const std::string as_json_text = json_text(json(a, b, compared));
  if (out) {
    write_results(out->a, a.scenario, a.experiment, a.record);
    write_results(out->b, b.scenario, b.experiment, b.record);
    out->both.write("comparison.json", as_json_text);
  }
  print(as_json ? as_json_text : table(a, b, compared, metrics));
  return a.experiment.all_done() && b.experiment.all_done() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
