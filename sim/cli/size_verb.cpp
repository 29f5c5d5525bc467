#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/counted.hpp"
#include "sim/cli/known_search.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/size/size.hpp"

namespace ktlssim {

namespace {

constexpr HelpText kSizeHelp{
    "ktlssim size SCENARIO --target EXPR --vary /POINTER=VALUES [options]",
    "How many cores, cards or sessions does it take? Finds the cheapest settings that meet --target, and says by how "
    "much, how sure that is, what limits there, and what a step less or more would give. VALUES are FROM..TO, "
    "FROM..TO:STEP or VALUE,VALUE,... EXPR compares metrics and parameters: 'throughput_gbps >= 90 and cpu_percent <= "
    "50'. Along the first parameter that is varied over numbers the search halves, where that is monotone; other points "
    "race. Exit status: 0 met, 1 not met by anything that was varied, 2 the command line or an input is wrong.",
    "  ktlssim size s.json --target 'throughput_gbps >= 30' --vary /host/cpus=1..8\n"
    "  ktlssim size s.json --target 'throughput_gbps >= 90' \\\n"
    "    --subject-to 'latency_ready_us_p99 <= 500' --vary /host/cpus=4..64 \\\n"
    "    --vary /driver=ccr-t6,qat-c62x,aesni-haswell\n"};

class Report {
 public:
  Report(const PointRuns& runs, const SizeQuestion& question, const SizeAnswer& answer)
      : runs_(runs), question_(question), answer_(answer) {}

  bool met() const { return answer_.lines.front().first.has_value(); }

  std::string table() const {
    const SizeLine& best = answer_.lines.front();
    std::string text;
    if (!met()) {
      const std::size_t cut = stopped();
      text = wrap(cut == 0 ? "CANNOT BE MET by anything that was varied"
                           : fmt::format("NOT KNOWN whether it can be met: runs of {} were stopped, and no other meets it", counted(cut, "point")),
                  columns());
      if (best.next_dearer) text += "closest: " + settings(*best.next_dearer) + '\n' + details(*best.next_dearer);
    } else {
      const std::size_t point = *best.first;
      const bool proven = answer_.judgements[point].look.proven;
      text = wrap(fmt::format("MET by {}{}", settings(point), proven ? "" : ", on average: 95 % intervals do not decide"), columns());
      text += interval(best) + details(point) + neighbours(best);
    }
    return text + lines() + wrap(fmt::format("{} of {}", counted(runs_.simulated(), "run"), counted(runs_.points(), "point")), columns());
  }

  Json json() const {
    Json all = Json::array();
    for (const SizeLine& line : answer_.lines) all.push_back(line_json(line));
    return {{"met", met()},
            {"answer", met() ? point_json(*answer_.lines.front().first) : Json()},
            {"lines", std::move(all)},
            {"points", runs_.points()},
            {"runs", runs_.simulated()}};
  }

 private:
  // Points of which a run did not come to its end.
  std::size_t stopped() const {
    std::size_t count = 0;
    for (std::size_t point = 0; point < runs_.points(); ++point)
      if (runs_.refused(point).empty())
        count += std::ranges::any_of(runs_.experiment(point).runs,
                                     [](const Replication& run) { return run.result.status == RunStatus::failed; });
    return count;
  }

  std::string settings(std::size_t point) const { return settings_text(answer_.settings[point]); }

  std::string interval(const SizeLine& line) const {
    if (line.possible == line.proven) return {};
    const std::string from = line.possible ? settings(*line.possible) : "the first";
    return wrap(fmt::format("95 % interval of the answer: from {} to {}", from,
                            line.proven ? settings(*line.proven) : "beyond what was varied"), columns());
  }

  // Each condition with the value of what it compares, what limits, whether it may be believed.
  std::string details(std::size_t point) const {
    std::string text;
    for (const Margin& margin : question_.margins) {
      std::string why;
      const std::optional<Estimate> by = runs_.estimate(point, margin.by, why);
      text += wrap(by ? fmt::format("{}: {} by {}", margin.by.text(), margin.holds(by->mean) ? "met" : "missed", estimate_text(by))
                      : fmt::format("{}: not met: {}", margin.by.text(), plain(why)), columns(), 2);
    }
    if (question_.minimize) text += wrap(fmt::format("{}: {}", question_.minimize->text(), number_text(answer_.cost[point])), columns(), 2);
    if (const std::string limit = limit_text(runs_, point); !limit.empty()) text += wrap("limit: " + plain(limit), columns(), 2);
    if (const std::string why = unsteady_text(runs_, point); !why.empty()) text += wrap("NOT STEADY: " + plain(why), columns(), 2);
    return text;
  }

  std::string neighbours(const SizeLine& line) const {
    std::string text;
    if (line.next_cheaper) text += "\ncheaper: " + settings(*line.next_cheaper) + '\n' + details(*line.next_cheaper);
    if (line.next_dearer) text += "\ndearer: " + settings(*line.next_dearer) + '\n' + details(*line.next_dearer);
    return text;
  }

  std::string lines() const {
    std::string text = "\n";
    if (answer_.lines.size() > 1)
      for (const SizeLine& line : answer_.lines) {
        text += wrap(fmt::format("{}: {}", settings_text(line.fixed),
                                 line.first ? "met by " + settings(*line.first) : "cannot be met"), columns());
        if (!line.first && line.next_dearer)
          if (const std::string limit = limit_text(runs_, *line.next_dearer); !limit.empty())
            text += wrap("limit: " + plain(limit), columns(), 2);
      }
    for (const SizeLine& line : answer_.lines) {
      if (!line.monotone)
        text += wrap(fmt::format("not monotone{}: a point that meets it stands before one that does not, so every point before the first was looked at",
                                 line.fixed.empty() ? "" : " for " + settings_text(line.fixed)), columns());
      if (line.raced) text += wrap(fmt::format("all points raced{}: what is minimized need not rise along them",
                                               line.fixed.empty() ? "" : " for " + settings_text(line.fixed)), columns());
    }
    return text;
  }

  Json point_json(std::size_t point) const {
    Json conditions = Json::array();
    for (const Margin& margin : question_.margins) {
      std::string why;
      const std::optional<Estimate> by = runs_.estimate(point, margin.by, why);
      conditions.push_back({{"condition", margin.by.text()}, {"met", by && margin.holds(by->mean)}, {"by", estimate_json(by)}});
      if (!by) conditions.back()["why"] = why;
    }
    const Look& look = answer_.judgements[point].look;
    return {{"settings", settings_json(answer_.settings[point])},
            {"met", look.holds},
            {"proven", look.proven || !look.possible},
            {"cost", number_json(answer_.cost[point])},
            {"conditions", std::move(conditions)},
            {"limit", limit_text(runs_, point)},
            {"steady", unsteady_text(runs_, point).empty()}};
  }

  Json line_json(const SizeLine& line) const {
    const auto settings_or_null = [&](const std::optional<std::size_t>& point) {
      return point ? settings_json(answer_.settings[*point]) : Json();
    };
    const auto point_or_null = [&](const std::optional<std::size_t>& point) { return point ? point_json(*point) : Json(); };
    return {{"fixed", settings_json(line.fixed)},
            {"first", point_or_null(line.first)},
            {"interval", {settings_or_null(line.possible), settings_or_null(line.proven)}},
            {line.first ? "next_dearer" : "closest", point_or_null(line.next_dearer)},
            {"next_cheaper", point_or_null(line.next_cheaper)},
            {"monotone", line.monotone},
            {"raced", line.raced}};
  }

  const PointRuns& runs_;
  const SizeQuestion& question_;
  const SizeAnswer& answer_;
};

}  // namespace

Options size_options() {
  Options options(kSizeHelp, {"SCENARIO", 1, 1});
  options.add("target", "EXPR", Repeatable{}, "what is to be met; may be repeated");
  options.add("subject-to", "EXPR", Repeatable{}, "what has to hold too; may be repeated");
  add_vary(options, "what may vary; may be repeated");
  options.add("minimize", "EXPR", Text{}, "what cheapest means; the first parameter varied over numbers unless given");
  add_sets(options);
  add_seed(options);
  add_search(options);
  add_ensemble_on_demand(options, "what `run --ensemble N` takes, for the answer and each of the few points where halving "
                                  "looks for what is met on 50 and on 90 % of the machines");
  return options;
}

int size_verb(const Values& values) {
  if (!values.given("target")) throw UsageError("--target is missing: what is to be met");
  if (!values.given("vary")) throw UsageError("--vary is missing: what may vary");
  SizeQuestion question{margins_option(values), vary_option(values), std::nullopt, replications_option(values)};
  if (const auto text = values.optional_text("minimize")) question.minimize = checked_expression(*text, "--minimize");
  const EnsembleOption ensemble(values, UnlessGiven::off);
  Progress progress = progress_option(values);
  const Pool pool = pool_option(values, progress);
  PointRuns runs(values.operands().front(), settings(values), pool);
  runs.check(question.axes, "--vary");
  const SizeAnswer answer = size(runs, question);
  if (!ended_whole(progress, answer.interrupted)) return kExitInterrupted;
  const Report report(runs, question, answer);
  if (!as_json(values)) print_table(report.table());
  std::optional<KnownSize> known;
  std::string why;
  if (ensemble.wanted()) known = known_size(runs, question, answer, ensemble, pool, why);
  if (!told_of_known(progress, why)) return kExitInterrupted;
  if (!as_json(values) && known) print_table(known_lines(*known, question));
  if (as_json(values)) {
    Json json = report.json();
    if (known) json["known"] = known_json(*known, question);
    print_json("size", json);
  }
  return report.met() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
