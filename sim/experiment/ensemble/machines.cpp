#include "sim/experiment/ensemble/machines.hpp"

#include <algorithm>
#include <map>

#include "sim/experiment/ensemble/priors.hpp"

namespace ktlssim {

namespace {

void add_once(std::vector<std::string>& all, const std::string& one) {
  if (!contains(all, one)) all.push_back(one);
}

struct Likely {
  double with = 0;
  double without = 0;
  double middle() const { return (with + without) / 2; }
};

// By number of the draw.
std::map<std::size_t, Likely> likely_draws(const Weights& with, const Weights& without) {
  std::map<std::size_t, Likely> all;
  for (std::size_t d = 0; d < with.numbers.size(); ++d) all[with.numbers[d]].with = with.of_draw[d];
  for (std::size_t d = 0; d < without.numbers.size(); ++d) all[without.numbers[d]].without = without.of_draw[d];
  return all;
}

// As many of each draw as its weight asks for, on average: a systematic sample. Drawn from the middle of both weights, so
// that one set of machines serves with and without.
std::vector<Machine> sample(const std::map<std::size_t, Likely>& draws, std::size_t count) {
  std::vector<Machine> chosen;
  const double step = 1 / static_cast<double>(count);
  double at = step / 2;
  double sum = 0;
  std::size_t taken = 0;
  for (const auto& [number, likely] : draws) {
    const double middle = likely.middle();
    sum += middle;
    double copies = 0;
    for (; at < sum && taken < count; at += step, ++taken) ++copies;
    if (copies > 0) chosen.push_back({number, copies * likely.with / middle, copies * likely.without / middle});
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
  machines.weights = evidence.weigh_all_waves(machines.profiles, machines.discrepancies, of_changed);
  const Weights without = machines.own_sources.empty()
                              ? machines.weights
                              : evidence.weigh_all_waves(machines.profiles, evidence.discrepancies(own), own);
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
  const std::map<std::size_t, Likely> likely = likely_draws(machines.weights, without);
  machines.drawn = likely.size();
  machines.all = sample(likely, count);
  to_one(machines.all, &Machine::weight);
  to_one(machines.all, &Machine::weight_without);
  machines.effective = effective(machines.all, &Machine::weight);
  machines.effective_without = effective(machines.all, &Machine::weight_without);
  machines.weights.of_draw.clear();
  machines.weights.numbers.clear();
  return machines;
}

}  // namespace ktlssim
