#include <fmt/format.h>

#include <algorithm>

#include "models/counted.hpp"
#include "sim/cli/known_search.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/size/crossing.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kKneeHelp{
    "ktlssim knee SCENARIO --over /POINTER=FROM..TO [options]",
    "From where on does more of it gain nothing? Finds the first value of a parameter at which a metric is within "
    "--worth of its best over all values, the interval of that, and what limits there. Where that is the last value, there "
    "is no knee: nobody knows what more would gain. Exit status: 0 found, 1 none, 2 the command line or an input is wrong.",
    "  ktlssim knee scenarios/ccr-tls12-gcm128.json --over /workload/sessions=1..256\n"
    "  ktlssim knee s.json --over /ktls/workers=1..16 --of cpu_percent --lowest\n"};

constexpr double kUsualWorth = 0.02;

std::string value_text(const VaryAxis& axis, const std::optional<std::size_t>& index) {
  return index ? axis.values[*index].dump() : "beyond what was varied";
}

std::size_t point_of(PointRuns& runs, const VaryAxis& axis, std::size_t index) {
  return runs.add({{axis.pointer, axis.values[index]}});
}

// At the last value nothing is known of more.
bool is_within(const KneeQuestion& question, const KneeAnswer& found) {
  return found.knee && *found.knee + 1 < question.over.values.size();
}

// The value that all have that were looked at; nothing where one differs, has none, or is alone.
std::optional<double> value_of_all(const KneeAnswer& found) {
  if (found.values.size() < 2) return std::nullopt;
  const std::optional<Estimate>& first = found.values.front();
  const auto same = [&](const std::optional<Estimate>& value) { return value && first && value->mean == first->mean; };
  return std::ranges::all_of(found.values, same) ? std::optional(first->mean) : std::nullopt;
}

std::string best_text(const KneeQuestion& question, const KneeAnswer& found) {
  const std::optional<double> all = value_of_all(found);
  if (!all) return fmt::format("best: at {}={}", question.over.pointer, value_text(question.over, found.best));
  return fmt::format("NO BEST: {} is {} at every value that was looked at{}", question.of.text(), number_text(*all),
                     *all == 0 && question.of.text() == "throughput_gbps" ? ": nothing is moved" : "");
}

std::string table(PointRuns& runs, const KneeQuestion& question, const KneeAnswer& found) {
  const std::string& pointer = question.over.pointer;
  if (!found.knee) return wrap(fmt::format("{} has no value at any {}", question.of.text(), pointer), columns());
  std::string text =
      is_within(question, found)
          ? wrap(fmt::format("From {}={} on, more of it, up to {}, gains at most {} % of {}", pointer,
                             value_text(question.over, found.knee), question.over.values.back().dump(),
                             number_text(100 * question.worth), question.of.text()), columns())
          : wrap(fmt::format("NO KNEE within what was varied: {} still gains at {}={}, the last value", question.of.text(),
                             pointer, value_text(question.over, found.knee)), columns());
  if (found.possible != found.proven)
    text += wrap(fmt::format("95 % interval: from {} to {}", value_text(question.over, found.possible),
                             value_text(question.over, found.proven)), columns());
  text += wrap(best_text(question, found), columns());
  if (!found.monotone) text += wrap("not monotone: every value before the first was looked at", columns());
  text += wrap("limit there: " + plain(limit_text(runs, point_of(runs, question.over, *found.knee))), columns());
  text += fmt::format("\n{:>12}  {}\n", shortened(pointer.substr(pointer.rfind('/') + 1), 12), plain(question.of.text()));
  for (std::size_t i = 0; i < found.indices.size(); ++i)
    text += fmt::format("{:>12}  {}\n", value_text(question.over, found.indices[i]), estimate_text(found.values[i]));
  return text + counted(runs.simulated(), "run") + '\n';
}

Json json(PointRuns& runs, const KneeQuestion& question, const KneeAnswer& found) {
  const auto value = [&](const std::optional<std::size_t>& index) { return index ? question.over.values[*index] : Json(); };
  Json points = Json::array();
  for (std::size_t i = 0; i < found.indices.size(); ++i)
    points.push_back({{"value", value(found.indices[i])}, {"of", estimate_json(found.values[i])}});
  return {{"of", question.of.text()},
          {"over", question.over.pointer},
          {"knee", is_within(question, found) ? value(found.knee) : Json()},
          {"up_to", question.over.values.back()},
          {"interval", {value(found.possible), value(found.proven)}},
          {"best", value_of_all(found) ? Json() : value(found.best)},
          {"monotone", found.monotone},
          {"limit", found.knee ? Json(limit_text(runs, point_of(runs, question.over, *found.knee))) : Json()},
          {"points", std::move(points)},
          {"runs", runs.simulated()}};
}

}  // namespace

Options knee_options() {
  Options options(kKneeHelp, {"SCENARIO", 1, 1});
  options.add("over", "/POINTER=VALUES", Text{}, "numbers that rise: FROM..TO, FROM..TO:STEP or VALUE,VALUE,...");
  options.add("of", "EXPR", Text{"throughput_gbps"}, "what is gained: a metric, or what is computed of metrics");
  options.flag("lowest", "less of it is better");
  options.add("worth", "R", Number{0, 1}, "part of the best that is not worth more; 0.02 unless given");
  add_sets(options);
  add_seed(options);
  add_search(options);
  add_ensemble_on_demand(options, "what `run --ensemble N` takes, for each value that was looked at, about ten; the interval "
                                  "of the knee over machines");
  return options;
}

int knee_verb(const Values& values) {
  if (!values.given("over")) throw UsageError("--over is missing: the parameter of which there may be more");
  const double worth = values.given("worth") ? std::stod(values.text("worth")) : kUsualWorth;
  const KneeQuestion question{parse_axis(values.text("over"), "--over"), checked_expression(values.text("of"), "--of"),
                              !values.given("lowest"), worth, replications_option(values)};
  if (!question.over.ordered) throw UsageError("--over takes numbers that rise");
  const EnsembleOption ensemble(values, UnlessGiven::off);
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  PointRuns runs(values.operands().front(), settings(values), pool);
  runs.check({question.over}, "--over");
  const KneeAnswer found = knee(runs, question);
  if (!ended_whole(progress, found.interrupted)) return kExitInterrupted;
  if (!as_json(values)) print_table(table(runs, question, found));
  std::optional<KnownKnee> known;
  std::string why;
  if (ensemble.wanted()) known = known_knee(runs, question, found, ensemble, pool, why);
  if (!told_of_known(progress, why)) return kExitInterrupted;
  if (!as_json(values) && known) print_table(known_lines(*known, question));
  if (as_json(values)) {
    Json answer = json(runs, question, found);
    if (known) answer["known"] = known_json(*known);
    print_json("knee", answer);
  }
  return is_within(question, found) ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
