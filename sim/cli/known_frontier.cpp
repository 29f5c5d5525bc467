#include "sim/cli/known_frontier.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

// The goals of a point on each machine, more being better; NaN on those that do not meet what has to hold.
PointOnMachines on_machines(const PointRuns& runs, std::size_t number, const FrontierQuestion& question,
                            const std::vector<std::optional<RunResult>>& results) {
  const Expression::Values parameters = parameters_of(runs, number);
  PointOnMachines point{{}, runs.experiment(number).steadiness.steady()};
  for (const Goal& goal : question.goals) {
    point.goals.push_back(known_values(results, goal.of, parameters));
    if (!goal.more_is_better)
      for (double& value : point.goals.back()) value = -value;
  }
  if (!question.margins) return point;
  for (const Margin& margin : *question.margins) {
    const ByMachine by = known_values(results, margin.by, parameters);
    for (std::size_t m = 0; m < by.size(); ++m)
      if (!std::isfinite(by[m]) || !margin.holds(by[m])) point.goals.front()[m] = kNaN;
  }
  return point;
}

}  // namespace

std::optional<KnownFrontier> known_frontier(PointRuns& runs, const FrontierQuestion& question, const Frontier& found,
                                            const EnsembleOption& ensemble, const Pool& pool, std::string& why) {
  std::deque<Scenario> scenarios;
  std::vector<EnsembleOption::Point> points;
  std::vector<std::size_t> numbers;
  // Its place among those that are simulated.
  const auto take = [&](std::size_t number) -> std::optional<std::size_t> {
    if (!runs.refused(number).empty() || events_of(runs.experiment(number)) == 0) return std::nullopt;
    scenarios.push_back(measured_at(runs, number));
    points.push_back({{&scenarios.back()}, {events_of(runs.experiment(number))}});
    numbers.push_back(number);
    return numbers.size() - 1;
  };
  std::vector<std::optional<std::size_t>> of_points, of_left_out;
  for (const FrontierPoint& point : found.points) of_points.push_back(take(point.number));
  for (const auto& [values, reason] : found.left_out) of_left_out.push_back(take(runs.add(values)));
  if (points.empty()) {
    why = "no run came to its end";
    return std::nullopt;
  }
  const std::optional<KnownPoints> known = ensemble.answer(points, pool, why);
  if (!known) return std::nullopt;
  std::vector<PointOnMachines> simulated;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    simulated.push_back(on_machines(runs, numbers[i], question, known->runs[i].results.front()));
  const std::vector<double> parts = known_fronts(known->machines, simulated);
  const auto said = [&](const std::vector<std::optional<std::size_t>>& places) {
    std::vector<std::optional<double>> all;
    for (const auto& place : places) all.push_back(place ? std::optional(parts[*place]) : std::nullopt);
    return all;
  };
  return KnownFrontier{said(of_points), said(of_left_out), known->machines.all.size(), numbers.size()};
}

std::string known_lines(const KnownFrontier& known, const Frontier& found) {
  std::string text = "\nwhat is not known:\n";
  const auto line = [&text](const std::vector<Assignment>& values, const std::optional<double>& part, std::string_view here) {
    text += wrap(fmt::format("{}: on the front {}{}", settings_text(values), part ? of_machines(*part) : "on none: no run is done",
                             here), columns(), 2);
  };
  for (std::size_t i = 0; i < found.points.size(); ++i) {
    const FrontierPoint& point = found.points[i];
    if (point.front || known.points[i].value_or(0) > 1 - kSettled)
      line(point.values, known.points[i], !point.steady ? "; NOT STEADY here" : point.front ? "" : "; beaten here");
  }
  for (std::size_t i = 0; i < found.left_out.size(); ++i)
    if (known.left_out[i].value_or(0) > 1 - kSettled) line(found.left_out[i].first, known.left_out[i], "; left out here");
  return text + effort_text(known.machines, known.simulated);
}

void add_known(Json& answer, const KnownFrontier& known) {
  const auto put = [](Json& rows, const std::vector<std::optional<double>>& parts) {
    for (std::size_t i = 0; i < parts.size(); ++i) rows[i]["on_front"] = parts[i] ? number_json(*parts[i]) : Json();
  };
  put(answer["points"], known.points);
  put(answer["left_out"], known.left_out);
  answer["known"] = {{"machines", known.machines}, {"points", known.simulated}};
}

}  // namespace ktlssim
