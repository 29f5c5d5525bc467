#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "models/counted.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/kernel_warning.hpp"
#include "sim/cli/known_option.hpp"
#include "sim/cli/measure_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/sensitivity/sensitivity.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kSensitivityHelp{
    "ktlssim sensitivity SCENARIO [options]",
    "Which values does the answer lean on? Varies every number of the scenario and its profiles by 10 % up "
    "and down, "
    "with common random numbers, and prints by how many per cent throughput and CPU time per record change "
    "for each "
    "per cent of the parameter, the strongest first. With --narrowing: what a measurement would leave of what is "
    "not known of an answer. With --total-effects: what part each value has in it, over the whole of its range.",
    "  ktlssim sensitivity scenarios/ccr-tls12-gcm128.json\n"
    "  ktlssim sensitivity scenarios/qat-loopback.json --replications 10 --top 40\n"
    "  ktlssim sensitivity scenarios/ccr-tls12-gcm128.json \\\n"
    "    --narrowing --against /ktls/dispatch=blocking\n"};

std::string plus_minus(const Estimate& estimate) {
  if (estimate.spread != Spread::interval) return "-";
  return fmt::format("{:.3f}", (estimate.hi - estimate.lo) / 2);
}

std::string row(const Sensitivity& s) {
  const std::string from = s.parameter.confidence.empty() ? "scenario" : s.parameter.confidence;
  return fmt::format("{:<35}{:>8} {:<10}{:>7.3f}{:>6}{:>7.3f}{:>6}\n", shortened(s.parameter.pointer, 35),
                     number_text(s.parameter.value), from, s.throughput.mean, plus_minus(s.throughput),
                     s.cpu.mean, plus_minus(s.cpu));
}

std::string table(const std::string& path, const SensitivityRun& run, std::size_t top) {
  std::string text =
      wrap(fmt::format("{}: per cent of change for each per cent of a parameter", plain(path)), columns()) +
      fmt::format("\n{:<35}{:>8} {:<10}{:>7}{:>6}{:>7}{:>6}\n", "parameter", "value", "", "thru", "+-", "CPU",
                  "+-");
  const std::size_t shown = std::min(top, run.parameters.size());
  for (std::size_t i = 0; i < shown; ++i) text += row(run.parameters[i]);
  const std::size_t weaker = run.parameters.size() - shown;
  text += '\n' + wrap(fmt::format("{} {} not shown; {} {} no effect at all", counted(weaker, "weaker one"), are(weaker),
                                  counted(run.without_effect, "parameter"), run.without_effect == 1 ? "has" : "have"),
                      columns());
  for (const NotVaried& parameter : run.not_varied)
    text += wrap(fmt::format("{} was not varied: {}", parameter.pointer, plain(parameter.why)), columns());
  return text;
}

Json effect_json(const Estimate& estimate) {
  Json json{{"mean", estimate.mean}, {"n", estimate.n}};
  json["ci95"] = estimate.spread == Spread::interval ? Json{estimate.lo, estimate.hi} : Json();
  return json;
}

Json json(const std::string& path, const SensitivityRun& run) {
  Json parameters = Json::array();
  for (const Sensitivity& s : run.parameters)
    parameters.push_back(
        {{"pointer", s.parameter.pointer},
         {"value", number_json(s.parameter.value)},
         {"low", number_json(s.parameter.low)},
         {"high", number_json(s.parameter.high)},
         {"confidence", s.parameter.confidence.empty() ? Json() : Json(s.parameter.confidence)},
         {"throughput_gbps", effect_json(s.throughput)},
         {"cpu_us_per_record", effect_json(s.cpu)}});
  Json not_varied = Json::array();
  for (const NotVaried& parameter : run.not_varied)
    not_varied.push_back({{"pointer", parameter.pointer}, {"why", parameter.why}});
  return {{"scenario", path},
          {"parameters", std::move(parameters)},
          {"without_effect", run.without_effect},
          {"not_varied", std::move(not_varied)}};
}

// The scenario, and what the answer is a difference to, if it is.
struct Question {
  Scenario scenario;
  std::optional<Scenario> against;
  std::string metric;
  std::string what;
};

Question question(const Values& values, const Variant& variant) {
  const std::string metric = values.given("metric") ? values.texts("metric").back() : "throughput_gbps";
  Question q{load_scenario(variant.scenario, variant.sets), std::nullopt, metric, metric};
  const Texts against = values.texts("against");
  if (against.empty()) return q;
  q.against = load_scenario(variant.scenario, joined(variant.sets, against));
  q.what += plain(fmt::format(" against {}", fmt::join(against, " ")));
  return q;
}

int narrow(const Values& values, const Question& q, const Pool& pool, Progress& progress) {
  const EnsembleOption ensemble(values, UnlessGiven::needed);
  if (!ensemble.wanted()) throw UsageError("--narrowing needs an ensemble: it goes without --ensemble off");
  // What a comparison is measured against comes first.
  std::vector<const Scenario*> sides;
  if (q.against) sides.push_back(&*q.against);
  sides.push_back(&q.scenario);
  std::vector<std::uint64_t> events;
  for (const Scenario* side : sides) events.push_back(events_of(replicate(*side, Engines::fiber, 1, pool)));
  std::string why;
  const std::optional<KnownAnswer> answer = ensemble.answer(sides, events, pool, why);
  progress.end();
  if (!answer) {
    complain(why);
    return why == kInterrupted ? kExitInterrupted : kExitRunFailed;
  }
  const Machines& machines = answer->machines;
  ByMachine results = answer->runs.metric(sides.size() - 1, q.metric);
  Answer now{q.what, "", {}};
  FigureKind kind = kind_of_metric(q.metric);
  if (q.against) {
    const ByMachine base = answer->runs.metric(0, q.metric);
    now.now = known_percent(machines, base, results);
    now.unit = "%";
    kind = FigureKind::ratio;
    for (std::size_t m = 0; m < results.size(); ++m) results[m] = 100 * (results[m] / base[m] - 1);
  } else {
    now.now = known(machines, results, kind);
  }
  std::vector<InexactValue> inexact = inexact_values(*sides.front());
  for (const InexactValue& value : inexact_values(*sides.back()))
    if (std::ranges::find(inexact, value.pointer, &InexactValue::pointer) == inexact.end()) inexact.push_back(value);
  const double sd = of(machines.discrepancies, kind).sd * (q.against ? 100 + now.now.median : now.now.median);
  const std::vector<Narrowing> all = narrowings(machines, inexact, results, now.now, sd);
  print_table(as_json(values) ? json_of_verb("sensitivity", narrowing_json(now, all)) : narrowing_table(now, all, values.count("top")));
  return kExitDone;
}

int totals(const Values& values, const Question& q, const Pool& pool, Progress& progress) {
  const TotalEffects effects =
      total_effects(q.against ? *q.against : q.scenario, q.against ? std::optional(q.scenario) : std::nullopt, q.metric,
                    values.count("total-effects"), pool);
  if (!ended_whole(progress, effects.interrupted)) return kExitInterrupted;
  if (!effects.failure.empty()) {
    complain(effects.failure);
    return kExitRunFailed;
  }
  const std::string what = q.against ? "ln of the ratio of " + q.what : q.what;
  print_table(as_json(values) ? json_of_verb("sensitivity", total_effect_json(what, effects))
                        : total_effect_table(what, effects, values.count("top")));
  return kExitDone;
}

}  // namespace

Options sensitivity_options() {
  static const std::vector<std::string_view> metrics = metric_names();
  Options options(kSensitivityHelp, {"SCENARIO", 1, 1});
  add_sets(options, "change a parameter first; may be repeated");
  options.add("percent", "N", Integer{1, 50, 10}, "vary by N per cent up and down");
  add_replications(options, 5, "simulate each variant N times");
  options.add("top", "N", Integer{1, 1000, 20}, "print the N strongest");
  options.flag("narrowing", "instead, over the machines of an ensemble: what knowing a value to 10 % would leave");
  options.add("total-effects", "N", Integer{8, 10000}, "instead, total effects from N machines of the priors; takes minutes");
  options.add("metric,M", "NAME", Repeatable{metrics}, "of these two: the answer; throughput_gbps unless given");
  options.add("against", "/POINTER=VALUE", Repeatable{}, "of these two: the answer is the difference to this");
  add_ensemble(options);
  add_pool(options);
  add_format(options);
  return options;
}

int sensitivity_verb(const Values& values) {
  const Variant variant{values.operands().front(), settings(values)};
  const double fraction = static_cast<double>(values.integer("percent")) / 100;
  load_told(variant.scenario, variant.sets);
  if (values.given("narrowing") && values.given("total-effects")) throw UsageError("--narrowing and --total-effects are two questions");
  if (!values.given("narrowing") && !values.given("total-effects"))
    refuse_given(values, {"metric", "against", "ensemble"}, "without --narrowing or --total-effects");
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  if (values.given("narrowing")) return narrow(values, question(values, variant), pool, progress);
  if (values.given("total-effects")) return totals(values, question(values, variant), pool, progress);
  const SensitivityRun run = sensitivity(variant, fraction, values.count("replications"), pool);
  if (!ended_whole(progress, run.interrupted)) return kExitInterrupted;
  if (!run.failure.empty()) {
    complain(fmt::format("a run failed: {}", run.failure));
    return kExitRunFailed;
  }
  print_table(as_json(values) ? json_of_verb("sensitivity", json(variant.scenario.string(), run))
                : table(variant.scenario.string(), run, values.count("top")));
  return kExitDone;
}

}  // namespace ktlssim
