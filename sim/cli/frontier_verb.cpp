#include <fmt/format.h>

#include "models/counted.hpp"
#include "sim/cli/known_frontier.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/size/frontier.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kFrontierHelp{
    "ktlssim frontier SCENARIO --vary /POINTER=VALUES [options]",
    "Which settings are worth a look? Simulates every combination of the values, and prints those of which no other is "
    "better in everything that is maximized and minimized (the Pareto front). What is not steady is marked, and beats "
    "nothing that is. Exit status: 0 done, 1 no combination has "
    "a value, 2 the command line or an input is wrong.",
    "  ktlssim frontier s.json --maximize throughput_gbps --minimize cpu_percent \\\n"
    "    --vary /driver=ccr-t6,aesni-haswell --vary /ktls/workers=2,4,8\n"};

std::string row(const FrontierPoint& point, const FrontierQuestion& question) {
  const std::string_view mark = !point.steady ? "  NOT STEADY" : point.proven ? "" : "  (95 % intervals do not decide)";
  std::string text = wrap(fmt::format("{}{}", settings_text(point.values), mark), columns());
  for (std::size_t g = 0; g < point.goals.size(); ++g)
    text += fmt::format("  {}: {}\n", question.goals[g].of.text(), estimate_text(point.goals[g]));
  return text;
}

std::string table(const PointRuns& runs, const FrontierQuestion& question, const Frontier& found) {
  std::string text;
  std::size_t front = 0;
  std::size_t unsteady = 0;
  std::string undecided;
  std::string beaten;
  for (const FrontierPoint& point : found.points) {
    if (point.front) {
      ++front;
      unsteady += !point.steady;
      text += row(point, question);
      text += wrap("limit: " + plain(limit_text(runs, point.number)), columns(), 2);
      if (const std::string why = unsteady_text(runs, point.number); !why.empty()) text += wrap("not steady: " + plain(why), columns(), 2);
    } else if (!point.steady) {
      beaten += wrap(settings_text(point.values), columns(), 2);
    } else if (!point.proven) {
      undecided += "  " + settings_text(point.values) + '\n';
    }
  }
  text = wrap(fmt::format("{} of {} {} on the front{}", front, counted(found.points.size() + found.left_out.size(), "combination"), are(front),
                          unsteady > 0 ? fmt::format(", {} of them NOT STEADY: what was measured there may not be believed", unsteady) : ""),
              columns()) + '\n' + text;
  if (!undecided.empty()) text += "\nbeaten on average, but 95 % intervals do not decide:\n" + undecided;
  if (!beaten.empty()) text += "\nnot steady, and beaten:\n" + beaten;
  if (!found.left_out.empty()) text += "\nleft out:\n";
  for (const auto& [values, why] : found.left_out) text += wrap(settings_text(values) + ": " + plain(why), columns(), 2);
  return text + counted(runs.simulated(), "run") + '\n';
}

Json json(const PointRuns& runs, const FrontierQuestion& question, const Frontier& found) {
  Json points = Json::array();
  for (const FrontierPoint& point : found.points) {
    Json goals = Json::object();
    for (std::size_t g = 0; g < point.goals.size(); ++g) goals[question.goals[g].of.text()] = estimate_json(point.goals[g]);
    points.push_back({{"settings", settings_json(point.values)},
                      {"front", point.front},
                      {"proven", point.proven},
                      {"goals", std::move(goals)},
                      {"limit", limit_text(runs, point.number)},
                      {"steady", point.steady}});
    if (!point.steady) points.back()["why"] = unsteady_text(runs, point.number);
  }
  Json left_out = Json::array();
  for (const auto& [values, why] : found.left_out) left_out.push_back({{"settings", settings_json(values)}, {"why", why}});
  return {{"points", std::move(points)}, {"left_out", std::move(left_out)}, {"runs", runs.simulated()}};
}

}  // namespace

Options frontier_options() {
  Options options(kFrontierHelp, {"SCENARIO", 1, 1});
  options.add("maximize", "EXPR", Repeatable{}, "more of it is better; may be repeated");
  options.add("minimize", "EXPR", Repeatable{}, "less of it is better; may be repeated");
  options.add("subject-to", "EXPR", Repeatable{}, "what has to hold; may be repeated");
  add_vary(options, "FROM..TO, FROM..TO:STEP or VALUE,VALUE,...; may be repeated");
  add_sets(options);
  add_seed(options);
  add_search(options);
  add_ensemble_on_demand(options, "what `run --ensemble N` takes, for each combination; on how many machines each is on the front");
  return options;
}

int frontier_verb(const Values& values) {
  FrontierQuestion question{vary_option(values), {}, {}, replications_option(values)};
  for (const std::string& text : values.texts("maximize")) question.goals.push_back({checked_expression(text, "--maximize"), true});
  for (const std::string& text : values.texts("minimize")) question.goals.push_back({checked_expression(text, "--minimize"), false});
  if (question.goals.size() < 2) throw UsageError("two of --maximize and --minimize are needed, or more");
  if (question.axes.empty()) throw UsageError("--vary is missing: what may vary");
  if (values.given("subject-to")) question.margins = margins_option(values);
  const EnsembleOption ensemble(values, UnlessGiven::off);
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  PointRuns runs(values.operands().front(), settings(values), pool);
  runs.check(question.axes, "--vary");
  const Frontier found = frontier(runs, question);
  if (!ended_whole(progress, found.interrupted)) return kExitInterrupted;
  if (!as_json(values)) print_table(table(runs, question, found));
  std::optional<KnownFrontier> known;
  std::string why;
  if (ensemble.wanted() && !found.points.empty()) known = known_frontier(runs, question, found, ensemble, pool, why);
  if (!told_of_known(progress, why)) return kExitInterrupted;
  if (!as_json(values) && known) print_table(known_lines(*known, found));
  if (as_json(values)) {
    Json answer = json(runs, question, found);
    if (known) add_known(answer, *known);
    print_json("frontier", answer);
  }
  return found.points.empty() ? kExitRunFailed : kExitDone;
}

}  // namespace ktlssim
