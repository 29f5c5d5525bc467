#include <fmt/format.h>

#include "models/counted.hpp"
#include "sim/cli/known_search.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/size/crossing.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kBreakEvenHelp{
    "ktlssim break-even A [B] --over /POINTER=FROM..TO [options]",
    "From which size, rate or number on is one setting better than another? Simulates two scenarios, or one with two "
    "settings, over the values of a parameter, and finds between which of them what is compared changes sides, and the "
    "95 % interval of that. Exit status: 0 they meet, 1 they do not, 2 the command line or an input is wrong.",
    "  ktlssim break-even s.json --set-a /driver=aesni-haswell \\\n"
    "    --set /workload/rate_gbps=20 --of cpu_percent \\\n"
    "    --over /ktls/maxlen_bytes=1024..16384:512\n"};

std::string value_text(const VaryAxis& axis, std::size_t index) { return axis.values[index].dump(); }

std::string sentence(const VaryAxis& axis, const std::string& of, const Crossing& c) {
  std::string text = fmt::format("From {}={} on, {} of B is {} than of A; up to {} it is {}", axis.pointer,
                                 value_text(axis, c.above), of, c.b_is_more_above ? "higher" : "lower",
                                 value_text(axis, c.below), c.b_is_more_above ? "lower" : "higher");
  if (c.proven_below == c.below && c.proven_above == c.above) return text + ", both proven at 95 %";
  return text + fmt::format(". 95 % interval of the crossing: from {} to {}",
                            c.proven_below ? value_text(axis, *c.proven_below) : "below what was varied",
                            c.proven_above ? value_text(axis, *c.proven_above) : "beyond what was varied");
}

std::string table(const std::string& a, const std::string& b, const BreakEvenQuestion& question, const BreakEven& found) {
  std::string text = wrap("A " + plain(a), columns()) + wrap("B " + plain(b), columns()) + '\n';
  for (const Crossing& crossing : found.crossings) text += wrap(sentence(question.over, question.of.text(), crossing), columns());
  if (found.crossings.empty()) text += wrap("They do not meet within what was varied.", columns());
  text += fmt::format("\n{:>12}  {:<21} {:<21} {}\n", shortened(question.over.pointer.substr(question.over.pointer.rfind('/') + 1), 12), "A", "B", "B - A");
  for (const BreakEvenPoint& p : found.points) {
    text += fmt::format("{:>12}  {:<21} {:<21} {:<21}", value_text(question.over, p.index), p.a ? number_text(p.a->mean) : "-",
                        p.b ? number_text(p.b->mean) : "-", estimate_text(p.difference));
    while (text.ends_with(' ')) text.pop_back();
    text += '\n';
    if (!p.difference) text += wrap(plain(p.why_none), columns(), 14);
  }
  return text + counted(found.runs, "run") + '\n';
}

Json json(const BreakEvenQuestion& question, const BreakEven& found) {
  const auto value = [&](const std::optional<std::size_t>& index) { return index ? question.over.values[*index] : Json(); };
  Json crossings = Json::array();
  for (const Crossing& c : found.crossings)
    crossings.push_back({{"below", value(c.below)},
                         {"above", value(c.above)},
                         {"interval", {value(c.proven_below), value(c.proven_above)}},
                         {"b_is_more_above", c.b_is_more_above}});
  Json points = Json::array();
  for (const BreakEvenPoint& p : found.points) {
    points.push_back({{"value", question.over.values[p.index]},
                      {"a", estimate_json(p.a)},
                      {"b", estimate_json(p.b)},
                      {"difference", estimate_json(p.difference)}});
    if (!p.difference) points.back()["why"] = p.why_none;
  }
  return {{"of", question.of.text()},
          {"over", question.over.pointer},
          {"crossings", std::move(crossings)},
          {"points", std::move(points)},
          {"runs", found.runs}};
}

std::string named(std::string text, const Texts& own) {
  for (const std::string& set : own) text += ' ' + set;
  return text;
}

}  // namespace

Options break_even_options() {
  Options options(kBreakEvenHelp, {"A", 1, 2});
  options.add("over", "/POINTER=VALUES", Text{}, "numbers that rise: FROM..TO, FROM..TO:STEP or VALUE,VALUE,...");
  options.add("of", "EXPR", Text{"throughput_gbps"}, "what is compared: a metric, or what is computed of metrics");
  add_sets_of_two(options);
  add_seed(options);
  add_search(options);
  add_ensemble_on_demand(options, "what `compare --ensemble N` takes, for each value that was looked at, about ten; the "
                                  "interval of each crossing over machines");
  return options;
}

int break_even_verb(const Values& values) {
  const Texts own_a = values.texts("set-a");
  const Texts own_b = values.texts("set-b");
  const Texts& paths = values.operands();
  if (paths.size() == 1 && own_a.empty() && own_b.empty())
    throw UsageError("nothing to compare: name a second scenario, or give --set-a or --set-b");
  if (!values.given("over")) throw UsageError("--over is missing: the parameter over whose values they are compared");
  BreakEvenQuestion question{parse_axis(values.text("over"), "--over"), checked_expression(values.text("of"), "--of"),
                             replications_option(values)};
  if (!question.over.ordered) throw UsageError("--over takes numbers that rise");
  const EnsembleOption ensemble(values, UnlessGiven::off);
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  PointRuns a(paths.front(), joined(settings(values), own_a), pool);
  PointRuns b(paths.back(), joined(settings(values), own_b), pool);
  const std::optional<Problem> unread_a = a.check(question.over, {}, "--over");
  const std::optional<Problem> unread_b = b.check(question.over, {}, "--over");
  if (unread_a && unread_b) throw InputError({*unread_b});
  const BreakEven found = break_even(a, b, question);
  if (!ended_whole(progress, found.interrupted)) return kExitInterrupted;
  if (!as_json(values)) print_table(table(named(paths.front(), own_a), named(paths.back(), own_b), question, found));
  std::optional<KnownBreakEven> known;
  std::string why;
  if (ensemble.wanted() && !found.crossings.empty()) known = known_break_even(a, b, question, found, ensemble, pool, why);
  if (!told_of_known(progress, why)) return kExitInterrupted;
  if (!as_json(values) && known) print_table(known_lines(*known, question, found));
  if (as_json(values)) {
    Json answer = json(question, found);
    if (known) answer["known"] = known_json(*known);
    print_json("break-even", answer);
  }
  return found.crossings.empty() ? kExitRunFailed : kExitDone;
}

}  // namespace ktlssim
