#include "sim/experiment/backwards/known_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "sim/experiment/size/frontier.hpp"
#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

constexpr double kBeyond = std::numeric_limits<double>::infinity();

// Which term of a kind's law goes with term `t` of all: a lattice. No common factor with their number, so each kind takes
// every term once; those of throughput, of CPU time and of what else there is fill their squares evenly.
constexpr std::array<std::size_t, kFigureKindNames.size()> kStrides{1, 17, 13, 7, 9};

std::size_t term_of(FigureKind kind, std::size_t t) {
  return t * kStrides[static_cast<std::size_t>(kind)] % kDiscrepancyTerms;
}

using TermsByKind = std::array<std::vector<double>, kFigureKindNames.size()>;

TermsByKind terms_by_kind(const Discrepancies& discrepancies) {
  TermsByKind all;
  for (std::size_t k = 0; k < all.size(); ++k) all[k] = discrepancy_terms(discrepancies[k]);
  return all;
}

// NaN where it has none. `factor(metric)` widens.
template <class Factor>
double value_on(const std::optional<RunResult>& result, const Expression& expression, const Expression::Values& parameters,
                const Factor& factor) {
  if (!result || result->status != RunStatus::done) return kNaN;
  const auto value_of = [&](const std::string& name) -> Json {
    if (name.front() == '/') return parameters(name);
    const Metric* const metric = result->metric(name);
    return metric != nullptr && std::isfinite(metric->value) ? Json(metric->value * factor(name)) : Json();
  };
  return expression.number(value_of).value_or(kNaN);
}

// Of b - a over the places, upwards; see KnownCrossing.
double crossing_of(const std::vector<double>& places, const std::vector<double>& difference, double near) {
  double found = kBeyond;
  double first = kNaN;
  double last_place = kNaN;
  double last = kNaN;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (!std::isfinite(difference[i])) continue;
    if (!std::isfinite(first)) first = difference[i];
    if (std::isfinite(last) && last <= 0 && difference[i] > 0) {
      const double at = last_place + (places[i] - last_place) * (-last) / (difference[i] - last);
      if (!std::isfinite(found) || std::abs(at - near) < std::abs(found - near)) found = at;
    }
    last = difference[i];
    last_place = places[i];
  }
  if (!std::isfinite(first)) return kNaN;
  return !std::isfinite(found) && first > 0 ? -kBeyond : found;
}

}  // namespace

KnownMet known_met(const Machines& machines, const std::vector<std::optional<RunResult>>& results,
                   const std::vector<Margin>& margins, const Expression::Values& parameters) {
  const TermsByKind terms = terms_by_kind(machines.discrepancies);
  KnownMet met{0, std::vector<double>(margins.size(), 0)};
  for (std::size_t m = 0; m < machines.all.size(); ++m)
    for (std::size_t t = 0; t < kDiscrepancyTerms; ++t) {
      const double weight = machines.all[m].weight / static_cast<double>(kDiscrepancyTerms);
      bool all = true;
      for (std::size_t i = 0; i < margins.size(); ++i) {
        const double value = value_on(results[m], margins[i].by, parameters, [&](const std::string& metric) {
          const FigureKind kind = kind_of_metric(metric);
          return std::exp(terms[static_cast<std::size_t>(kind)][term_of(kind, t)]);
        });
        const bool holds = std::isfinite(value) && margins[i].holds(value);
        if (holds) met.each[i] += weight;
        all = all && holds;
      }
      if (all) met.all += weight;
    }
  return met;
}

ByMachine known_values(const std::vector<std::optional<RunResult>>& results, const Expression& expression,
                       const Expression::Values& parameters) {
  ByMachine values;
  for (const std::optional<RunResult>& result : results)
    values.push_back(value_on(result, expression, parameters, [](const std::string&) { return 1.0; }));
  return values;
}

KnownCrossing known_crossing(const Machines& machines, const std::vector<double>& places, const std::vector<ByMachine>& a,
                             const std::vector<ByMachine>& b, bool upwards, double near) {
  const std::vector<double> terms = discrepancy_terms(of(machines.discrepancies, FigureKind::ratio));
  std::vector<WeightedValue> found;
  double meet = 0;
  double whole = 0;
  for (std::size_t m = 0; m < machines.all.size(); ++m)
    for (const double term : terms) {
      std::vector<double> difference;
      for (std::size_t i = 0; i < places.size(); ++i)
        difference.push_back((upwards ? 1 : -1) * (b[i][m] * std::exp(term) - a[i][m]));
      const double at = crossing_of(places, difference, near);
      if (std::isnan(at)) continue;
      found.push_back({at, machines.all[m].weight});
      whole += machines.all[m].weight;
      if (std::isfinite(at)) meet += machines.all[m].weight;
    }
  return {known_of_values(std::move(found)), whole > 0 ? meet / whole : kNaN};
}

std::vector<double> known_fronts(const Machines& machines, const std::vector<PointOnMachines>& points) {
  std::vector<double> parts(points.size(), 0);
  for (std::size_t m = 0; m < machines.all.size(); ++m) {
    std::vector<std::size_t> there;  // with all values
    std::vector<std::vector<double>> goals(points.size());
    for (std::size_t p = 0; p < points.size(); ++p) {
      for (const ByMachine& goal : points[p].goals) goals[p].push_back(goal[m]);
      if (std::ranges::all_of(goals[p], [](double value) { return std::isfinite(value); })) there.push_back(p);
    }
    for (const std::size_t p : there)
      if (std::ranges::none_of(there, [&](std::size_t other) {
            return (points[other].steady || !points[p].steady) && beats(goals[other], goals[p]);
          }))
        parts[p] += machines.all[m].weight;
  }
  return parts;
}

Known known_knee(const Machines& machines, const std::vector<double>& places, const std::vector<ByMachine>& values,
                 bool more_is_better, double worth) {
  std::vector<WeightedValue> found;
  for (std::size_t m = 0; m < machines.all.size(); ++m) {
    double best = kNaN;
    for (const ByMachine& at : values)
      if (std::isfinite(at[m]) && !((more_is_better ? at[m] <= best : at[m] >= best))) best = at[m];
    const double enough = best + (more_is_better ? -worth : worth) * std::abs(best);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!std::isfinite(values[i][m]) || (more_is_better ? values[i][m] < enough : values[i][m] > enough)) continue;
      // At the last one nothing is known of more.
      found.push_back({i + 1 < places.size() ? places[i] : kBeyond, machines.all[m].weight});
      break;
    }
  }
  return known_of_values(std::move(found));
}

}  // namespace ktlssim
