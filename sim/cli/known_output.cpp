#include "sim/cli/known_output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/counted.hpp"
#include "sim/cli/text.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

// What a table shows of a run; files have all metrics.
constexpr std::array<std::string_view, 4> kShown{"throughput_gbps", "cpu_percent", "cpu_us_per_record",
                                                 "latency_ready_us_mean"};

// No exponent where three digits would have one.
std::string per_cent(double value) { return (value > 0 ? "+" : "") + digits(value, 2); }

std::string dice_text(const Estimate& metric) {
  switch (metric.spread) {
    case Spread::interval:
      return "dice +-" + digits((metric.hi - metric.lo) / 2, 2);
    case Spread::deterministic:
      return "no dice";
    case Spread::single:
    case Spread::growing:
      break;
  }
  return "one run";
}

std::string names_text(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 3;
  if (names.size() <= kNamed) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more", fmt::join(names.begin(), names.begin() + kNamed, ", "), names.size() - kNamed);
}

// How the machines came about.
std::string origin_lines(const KnownAnswer& answer) {
  const Machines& m = answer.machines;
  std::string text = fmt::format("{} (effectively {:.0f}) of {}{} over {}", counted(m.all.size(), "machine"), m.effective,
                                 counted(m.drawn, "draw"), m.weights.later_waves > 0 ? fmt::format(" in {} waves", m.weights.later_waves + 1) : "",
                                 counted(m.inexact_values, "inexact value"));
  if (m.weights.informed_by.empty())
    text += "; no published figure informs them";
  else
    text += ", weighted by " + counted(m.weights.informed_by.size(), "published figure");
  std::string lines = wrap(text, columns());
  if (m.weights.empty)
    lines += wrap(fmt::format("NO MACHINE MEETS ALL FIGURES; without any one of {} some do",
                              m.weights.conflicting.empty() ? "them none does, not even" : names_text(m.weights.conflicting)),
                  columns());
  if (m.weights.power < 1)
    lines += wrap(fmt::format("TOO FEW DRAWS meet these figures: likelihoods are flattened (power {:.2g}), intervals are wide; "
                              "`ktlssim ensemble --draws N --waves N --out FILE`, minutes, and --ensemble FILE narrow them",
                              m.weights.power),
                  columns());
  if (!m.weights.out_of_reach.empty())
    lines += wrap("no machine comes near " + names_text(m.weights.out_of_reach), columns());
  std::vector<std::string> missed;
  for (const PublishedFigure& f : m.known_failures)
    missed.push_back(fmt::format("{} ({} for {})", f.claim, short_number(f.plain), short_number(f.published)));
  if (!missed.empty())
    lines += wrap(fmt::format("THE MODEL MISSES published figures of these profiles: {}; `ktlssim validate CLAIM` says why",
                              names_text(missed)), columns());
  if (!m.of_no_family.empty() && !m.weights.informed_by.empty())
    lines += wrap("drawn from its own ranges alone: " + plain(names_text(m.of_no_family)), columns());
  if (answer.runs.failed > 0)
    lines += wrap("on " + counted(answer.runs.failed, "machine") + " a run did not come to its end: left out", columns());
  return lines;
}

Json origin_json(const KnownAnswer& answer) {
  const Machines& m = answer.machines;
  Json discrepancies = Json::object();
  for (std::size_t k = 0; k < m.discrepancies.size(); ++k)
    discrepancies[std::string(kFigureKindNames[k])] = number_json(m.discrepancies[k].sd);
  Json missed = Json::array();
  for (const PublishedFigure& f : m.known_failures)
    missed.push_back({{"claim", f.claim}, {"published", number_json(f.published)}, {"predicted", number_json(f.plain)}});
  return {{"machines", m.all.size()},
          {"effective", number_json(m.effective)},
          {"draws", m.drawn},
          {"later_waves", m.weights.later_waves},
          {"likelihood_power", number_json(m.weights.power)},
          {"inexact_values", m.inexact_values},
          {"failed", answer.runs.failed},
          {"window_ms", number_json(answer.runs.window_ms)},
          {"informed_by", m.weights.informed_by},
          {"out_of_reach", m.weights.out_of_reach},
          {"known_failures", std::move(missed)},
          {"no_machine_meets_all", m.weights.empty},
          {"conflicting", m.weights.conflicting},
          {"of_no_family", m.of_no_family},
          {"discrepancies", discrepancies}};
}

Known known_of(const KnownAnswer& answer, std::size_t scenario, const std::string& metric) {
  Known all = known(answer.machines, answer.runs.metric(scenario, metric), kind_of_metric(metric));
  // As far as it can be: no part is above the whole.
  const auto info = std::ranges::find(metric_table(), metric, &MetricInfo::name);
  const double most = info != metric_table().end() && info->unit == "%" ? 100 : metric.ends_with("utilization") ? 1 : HUGE_VAL;
  for (double* end : {&all.ninety.lo, &all.ninety.hi, &all.fifty.lo, &all.fifty.hi}) *end = std::min(*end, most);
  return all;
}

// "+ is above x on 97 of 100 machines", in words where that settles nothing.
std::string sign_text(const MetricComparison& m, const KnownAnswer& answer) {
  const ByMachine a = answer.runs.metric(0, m.name);
  const ByMachine b = answer.runs.metric(1, m.name);
  const double above = part_above(answer.machines, a, b, &Machine::weight);
  const double below = part_above(answer.machines, b, a, &Machine::weight);
  if (!std::isfinite(above)) return {};
  const bool more = above >= below;
  std::string text = fmt::format("{} has more on {:.0f} of 100 machines", more ? "+" : "x", 100 * std::max(above, below));
  if (!answer.machines.own_sources.empty()) {
    const double without = more ? part_above(answer.machines, a, b, &Machine::weight_without)
                                : part_above(answer.machines, b, a, &Machine::weight_without);
    text += fmt::format(", on {:.0f} without the figures of {}", 100 * without,
                        plain(names_text(answer.machines.own_sources)));
  }
  if (std::max(above, below) < kSettled) text += ". NOT KNOWN which has more";
  return text;
}

}  // namespace

std::string range_text(const KnownRange& range) {
  return fmt::format("{} to {}", short_number(range.lo), short_number(range.hi));
}

Json range_json(const KnownRange& range) { return {number_json(range.lo), number_json(range.hi)}; }

void put_known(Json& json, const Known& known, const std::string& prefix) {
  const bool there = std::isfinite(known.median);
  json[prefix + "known_median"] = there ? number_json(known.median) : Json();
  json[prefix + "known90"] = there ? range_json(known.ninety) : Json();
  json[prefix + "known50"] = there ? range_json(known.fifty) : Json();
}

std::string known_lines(const Summary& summary, const KnownAnswer& answer) {
  std::string text = "\nwhat is not known:\n";
  for (const std::string_view name : kShown) {
    const Estimate* const metric = summary.metric(name);
    if (metric == nullptr || !std::isfinite(metric->mean)) continue;
    const Known k = known_of(answer, 0, metric->name);
    if (!std::isfinite(k.median)) continue;
    text += wrap(fmt::format("{:<21} {} {}; {}; not known {} (90 %)", name, short_number(metric->mean), metric->unit,
                             dice_text(*metric), range_text(k.ninety)),
                 columns(), 2);
  }
  return text + origin_lines(answer);
}

void add_known(Json& result, const KnownAnswer& answer, std::size_t scenario) {
  for (auto& item : result.at("metrics").items()) {
    if (!item.value().contains("growing")) put_known(item.value(), known_of(answer, scenario, item.key()));
  }
  result["known"] = origin_json(answer);
}

Json known_json(const KnownAnswer& answer) {
  Json metrics = Json::object();
  for (const std::optional<RunResult>& result : answer.runs.results.front())
    if (result)
      for (const Metric& metric : result->metrics)
        if (!metrics.contains(metric.name)) put_known(metrics[metric.name], known_of(answer, 0, metric.name));
  return {{"known", origin_json(answer)}, {"metrics", std::move(metrics)}};
}

std::string known_lines(std::span<const MetricComparison> compared, const KnownAnswer& answer) {
  std::string text = "\nwhat is not known:\n";
  for (const MetricComparison& m : compared) {
    const ByMachine a = answer.runs.metric(0, m.name);
    const ByMachine b = answer.runs.metric(1, m.name);
    const Known k = known_percent(answer.machines, a, b);
    const double percent = m.percent(m.difference.mean);
    if (std::isfinite(k.median) && std::isfinite(percent))
      text += wrap(fmt::format("{}: {} %; {} to {} (90 %); {}", m.name, per_cent(percent), per_cent(k.ninety.lo),
                               per_cent(k.ninety.hi), sign_text(m, answer)),
                   columns(), 2);
  }
  return text + origin_lines(answer);
}

void add_known_of_comparison(Json& comparison, const KnownAnswer& answer) {
  for (auto& item : comparison.at("metrics").items()) {
    const ByMachine a = answer.runs.metric(0, item.key());
    const ByMachine b = answer.runs.metric(1, item.key());
    put_known(item.value()["a"], known_of(answer, 0, item.key()));
    put_known(item.value()["b"], known_of(answer, 1, item.key()));
    Json& difference = item.value()["difference"];
    put_known(difference, known_change(answer.machines, a, b));
    put_known(difference, known_percent(answer.machines, a, b), "percent_");
    const double above = part_above(answer.machines, a, b, &Machine::weight);
    const double below = part_above(answer.machines, b, a, &Machine::weight);
    difference["b_above_a"] = number_json(above);
    difference["a_above_b"] = number_json(below);
    if (!answer.machines.own_sources.empty())
      difference["b_above_a_without_own_figures"] =
          number_json(part_above(answer.machines, a, b, &Machine::weight_without));
    difference["settled"] = std::max(above, below) >= kSettled;
  }
  comparison["known"] = origin_json(answer);
  comparison["known"]["own_sources"] = answer.machines.own_sources;
}

}  // namespace ktlssim
