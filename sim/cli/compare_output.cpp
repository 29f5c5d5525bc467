#include "sim/cli/compare_output.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/cli/comparison_json.hpp"
#include "sim/cli/text.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

constexpr std::string_view kMarks = "x+*%#@O=&$~^abcdefgh";
static_assert(kMarks.size() == kMostSides);

std::string sample_row(char mark, const Sample& s) {
  std::string text = fmt::format("{} {:>4}", mark, s.n);
  for (const double value : {s.min, s.max, s.median, s.mean, s.stddev})
    text += fmt::format("{:>14}", number_text(value));
  return text + '\n';
}

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

}  // namespace

std::string sides_table(const std::vector<ComparedSide>& sides, const Compared& compared, const Texts& metrics, const Judging& judging) {
  std::string text;
  for (const ComparedSide& side : sides) text += wrap(fmt::format("{} {}", kMarks[side.number], label(side.label)), columns());
  for (const ComparedSide& side : sides) {
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

Json sides_json(const std::vector<ComparedSide>& sides, const Compared& compared, const Texts& names, const Judging& judging) {
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
  for (const ComparedSide& side : sides) {
    all[side.name()] = side.label;
    steady[side.name()] = steady_json(side.experiment.steadiness);
  }
  all["steady"] = std::move(steady);
  all["method"] = judging.method();
  all["metrics"] = std::move(metrics);
  return all;
}

}  // namespace ktlssim
