#include "sim/cli/compare_sweeps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "models/counted.hpp"
#include "sim/cli/common_options.hpp"
#include "sim/cli/comparison_json.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/text.hpp"
#include "sim/cli/verbs.hpp"
#include "sim/experiment/result/result_json.hpp"
#include "sim/experiment/sweep/saved_points.hpp"

namespace ktlssim {

namespace {

struct PointPair {
  const SavedPoint* a;
  const SavedPoint* b;
  std::vector<MetricComparison> metrics;
};

std::vector<PointPair> matched(const std::vector<SavedPoint>& a, const std::vector<SavedPoint>& b, const Texts& paths) {
  const auto by_settings = [](const std::vector<SavedPoint>& points) {
    std::map<std::string_view, const SavedPoint*> all;  // there may be a hundred thousand
    for (const SavedPoint& point : points) all.emplace(point.settings, &point);
    return all;
  };
  const auto in_a = by_settings(a);
  const auto in_b = by_settings(b);
  std::vector<PointPair> pairs;
  for (const SavedPoint& point : a) {
    if (const auto other = in_b.find(point.settings); other != in_b.end())
      pairs.push_back({&point, other->second, {}});
    else
      complain(fmt::format("{} is not in {}, and left out", point.settings, paths[1]));
  }
  for (const SavedPoint& point : b)
    if (!in_a.contains(point.settings)) complain(fmt::format("{} is not in {}, and left out", point.settings, paths[0]));
  if (pairs.empty()) throw UsageError(fmt::format("{} and {} have no point with the same settings", paths[0], paths[1]));
  return pairs;
}

std::string interval_text(const MetricComparison& m) {
  const Estimate& d = m.difference;
  const std::string mean = fmt::format("{} ({} %)", number_text(d.mean), number_text(m.percent(d.mean)));
  if (d.spread == Spread::growing) return "no mean exists: what waits grows";
  if (d.spread == Spread::deterministic) return mean + ", nothing is random";
  if (d.spread == Spread::single) return mean + ", a single pair: nothing can be proven";
  const double half = (d.hi - d.lo) / 2;
  return fmt::format("{} +/- {} ({} % +/- {} %){}", number_text(d.mean), number_text(half), number_text(m.percent(d.mean)),
                     number_text(m.percent(half)), m.proven() ? "" : ", not proven");
}

// How the points fell, of one metric.
std::string tally(const std::string& name, const std::vector<PointPair>& pairs) {
  std::size_t more = 0;
  std::size_t less = 0;
  std::size_t of = 0;
  for (const PointPair& pair : pairs)
    for (const MetricComparison& m : pair.metrics) {
      if (m.name != name) continue;
      ++of;
      if (m.proven()) ++(m.difference.mean > 0 ? more : less);
    }
  return wrap(fmt::format("{}: of {} + is proven higher at {}, lower at {}", name, counted(of, "point"), more, less), columns());
}

std::string table(const Texts& paths, const std::vector<PointPair>& pairs, const Texts& metrics, const std::string& method) {
  std::string text = wrap("x " + plain(paths[0]), columns()) + wrap("+ " + plain(paths[1]), columns()) + '\n';
  for (const std::string& name : metrics) text += tally(name, pairs);
  text += wrap("95 % intervals: " + method, columns());
  for (const PointPair& pair : pairs) {
    text += '\n' + wrap(plain(pair.a->settings), columns());
    for (const MetricComparison& m : pair.metrics)
      text += wrap(fmt::format("{} {} -> {} {}: {}", m.name, number_text(m.a.mean), number_text(m.b.mean), m.unit, interval_text(m)),
                   columns(), 2);
    if (pair.metrics.empty()) text += "  -: no pair of replications has a value\n";
    for (const auto& [mark, side] : {std::pair('x', pair.a), std::pair('+', pair.b)})
      for (const UnsteadyReason& reason : side->experiment.steadiness.why)
        text += wrap(plain(fmt::format("{} NOT STEADY: {}", mark, reason.what)), columns(), 2);
  }
  return text;
}

Json json(const Texts& paths, const std::vector<PointPair>& pairs, const std::string& method) {
  Json points = Json::array();
  for (const PointPair& pair : pairs) {
    Json metrics = Json::object();
    for (const MetricComparison& m : pair.metrics)
      metrics[m.name] = {{"unit", m.unit}, {"a", sample_json(m.a)}, {"b", sample_json(m.b)}, {"difference", difference_json(m)}};
    points.push_back({{"settings", pair.a->settings},
                      {"steady", {{"a", steady_json(pair.a->experiment.steadiness)}, {"b", steady_json(pair.b->experiment.steadiness)}}},
                      {"metrics", std::move(metrics)}});
  }
  return {{"a", paths[0]}, {"b", paths[1]}, {"method", method}, {"points", std::move(points)}};
}

}  // namespace

int compare_sweeps(const Values& values, const Texts& metrics) {
  const Texts& paths = values.operands();
  if (paths.size() != 2 || !has_saved_points(paths[0]) || !has_saved_points(paths[1]))
    throw UsageError("a sweep is compared with one other sweep");
  refuse_given(values, {"set", "set-a", "set-b", "seed", "replications", "precision", "out", "resume", "ensemble", "engine", "timeout"},
               "sweeps are compared as they are");
  std::set<std::string> damaged;
  const std::vector<SavedPoint> a = read_saved_points(paths[0], damaged);
  const std::vector<SavedPoint> b = read_saved_points(paths[1], damaged);
  for (const std::string& file : damaged) complain(file + "; left out");
  std::vector<PointPair> pairs = matched(a, b, paths);
  bool paired = true;
  for (PointPair& pair : pairs) {
    const bool one_seed = pair.a->scenario.seed == pair.b->scenario.seed;
    paired = paired && one_seed;
    pair.metrics = compare_metrics(pair.a->experiment, pair.b->experiment, metrics, one_seed ? Pairing::paired : Pairing::unpaired,
                                   simultaneous_level(pairs.size()));
  }
  const std::string method = fmt::format("{}; those of {} hold together for a metric, Bonferroni",
                                         paired ? "Student's t, paired" : "Welch's t where seeds differ", counted(pairs.size(), "point"));
  if (as_json(values))
    print_json("compare", json(paths, pairs, method));
  else
    print_table(table(paths, pairs, metrics, method));
  const bool done = std::ranges::all_of(pairs, [](const PointPair& pair) { return pair.a->experiment.all_done() && pair.b->experiment.all_done(); });
  return done && damaged.empty() ? kExitDone : kExitRunFailed;
}

}  // namespace ktlssim
