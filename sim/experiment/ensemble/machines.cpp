#include "sim/experiment/ensemble/machines.hpp"

#include <algorithm>
#include <map>

#include "sim/experiment/ensemble/priors.hpp"

namespace ktlssim {

namespace {

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (!contains(all, one)) all.push_back(one);
}

// As many of each draw as its weight asks for, on average: a systematic sample.
std::vector<std::size_t> sample(const std::vector<double>& weights, std::size_t count) {
  std::vector<std::size_t> chosen;
  const double step = 1 / static_cast<double>(count);
  double at = step / 2;
  double sum = 0;
  for (std::size_t d = 0; d < weights.size() && chosen.size() < count; ++d) {
    sum += weights[d];
    for (; at < sum && chosen.size() < count; at += step) chosen.push_back(d);
  }
  return chosen;
}

void to_one(std::vector<Machine>& machines, double Machine::*weight) {
  double sum = 0;
  for (const Machine& machine : machines) sum += machine.*weight;
  for (Machine& machine : machines) machine.*weight = sum > 0 ? machine.*weight / sum : 0;
}

double effective(const std::vector<Machine>& machines, double Machine::*weight) {
  std::vector<double> all;
  for (const Machine& machine : machines) all.push_back(machine.*weight);
  return effective_number(all);
}

}  // namespace

Machines choose_machines(const Evidence& evidence, const std::vector<const Scenario*>& scenarios, std::size_t count) {
  Machines machines;
  std::vector<std::string> changed;
  std::map<std::string, bool> names;
  for (const Scenario* scenario : scenarios) {
    const std::vector<InexactValue> values = inexact_values(*scenario);
    for (const InexactValue& value : values) {
      add_once(machines.profiles, value.profile);
      names[value.name] = true;
    }
    for (const std::string& profile : changed_profiles(evidence.file().priors, values)) add_once(changed, profile);
  }
  machines.inexact_values = names.size();
  if (names.empty()) return machines;

  const auto of_changed = [&changed](const PublishedFigure& figure) {
    return std::ranges::any_of(figure.profiles, [&](const std::string& p) { return contains(changed, p); });
  };
  for (const PublishedFigure& figure : evidence.file().figures)
    if (figure.scenario == scenarios.front()->name && !figure.nothing && !of_changed(figure))
      add_once(machines.own_sources, figure.source);
  const auto own = [&](const PublishedFigure& figure) {
    return of_changed(figure) || contains(machines.own_sources, figure.source);
  };
  machines.discrepancies = evidence.discrepancies(of_changed);
  machines.weights = evidence.weigh(machines.profiles, machines.discrepancies, of_changed);
  const Weights without = machines.own_sources.empty()
                              ? machines.weights
                              : evidence.weigh(machines.profiles, evidence.discrepancies(own), own);
  for (const std::string& profile : machines.profiles) {
    const bool informed = std::ranges::any_of(evidence.file().figures, [&](const PublishedFigure& figure) {
      return contains(figure.profiles, profile) && contains(machines.weights.informed_by, figure.claim);
    });
    if (!informed) machines.of_no_family.push_back(profile);
  }
  for (const PublishedFigure& figure : evidence.file().figures) {
    const auto decides = [&figure](const std::string& profile) {
      return profile.starts_with("driver ") || (figure.kind == FigureKind::cpu && profile.starts_with("host "));
    };
    if (figure.missed && std::ranges::any_of(figure.profiles, [&](const std::string& profile) {
          return decides(profile) && contains(machines.profiles, profile);
        }))
      machines.known_failures.push_back(figure);
  }
  // Drawn from the middle of both, so that one set of machines serves with and without.
  std::vector<double> middle;
  for (std::size_t d = 0; d < machines.weights.of_draw.size(); ++d)
    middle.push_back((machines.weights.of_draw[d] + without.of_draw[d]) / 2);
  machines.drawn = middle.size();
  std::map<std::size_t, double> copies;
  for (const std::size_t d : sample(middle, count)) ++copies[d];
  for (const auto& [d, number] : copies)
    machines.all.push_back(
        {d, number * machines.weights.of_draw[d] / middle[d], number * without.of_draw[d] / middle[d]});
  to_one(machines.all, &Machine::weight);
  to_one(machines.all, &Machine::weight_without);
  machines.effective = effective(machines.all, &Machine::weight);
  machines.effective_without = effective(machines.all, &Machine::weight_without);
  machines.weights.of_draw.clear();
  return machines;
}

}  // namespace ktlssim
