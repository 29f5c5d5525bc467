#include "sim/cli/known_search.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>

#include "models/counted.hpp"
#include "sim/cli/known_output.hpp"
#include "sim/cli/size_options.hpp"
#include "sim/cli/text.hpp"
#include "sim/experiment/run/window.hpp"

namespace ktlssim {

namespace {

constexpr double kHalf = 0.5;
constexpr double kNineTenths = 0.9;

// Looks along the line of an answer, at as few points as halving takes.
class MetOnMachines {
 public:
  MetOnMachines(PointRuns& runs, const SizeQuestion& question, const EnsembleOption& ensemble, const Pool& pool, std::string& why)
      : runs_(runs), question_(question), ensemble_(ensemble), pool_(pool), why_(why) {}

  std::optional<KnownSize> answer(const SizeAnswer& sized) {
    const SizeLine& line = sized.lines.front();
    const std::optional<std::size_t> point = line.first ? line.first : line.next_dearer;
    if (!point) {
      why_ = "no point of it could be simulated";
      return std::nullopt;
    }
    const std::optional<KnownMet> here = met(*point);
    if (!here) return std::nullopt;
    KnownSize known{*here, machines_, 0, {}, {}};
    const auto axis = std::ranges::find(question_.axes, true, &VaryAxis::ordered);
    if (axis == question_.axes.end() || line.raced) {
      if (here->all >= kHalf) known.half = sized.settings[*point];
      if (here->all >= kNineTenths) known.nine_tenths = sized.settings[*point];
    } else {
      const Json value = runs_.parameter(*point, axis->pointer);
      looked_[static_cast<std::size_t>(std::ranges::find(axis->values, value) - axis->values.begin())] = here->all;
      if (!first_of(*axis, line, kHalf, known.half) || !first_of(*axis, line, kNineTenths, known.nine_tenths)) return std::nullopt;
    }
    known.points = simulated_;
    return known;
  }

 private:
  std::optional<KnownMet> met(std::size_t point) {
    if (runs_.replications(point) == 0 && !runs_.extend({{point, 1}})) {
      why_ = kInterrupted;
      return std::nullopt;
    }
    const KnownMet none{0, std::vector<double>(question_.margins.size(), 0)};
    if (!runs_.refused(point).empty() || events_of(runs_.experiment(point)) == 0) return none;
    const Scenario scenario = measured_at(runs_, point);
    const auto known = ensemble_.answer({&scenario}, {events_of(runs_.experiment(point))}, pool_, why_);
    if (!known) return std::nullopt;
    machines_ = known->machines.all.size();
    ++simulated_;
    return known_met(known->machines, known->runs.results.front(), question_.margins, parameters_of(runs_, point));
  }

  // False if it cannot be said.
  bool first_of(const VaryAxis& axis, const SizeLine& line, double part, std::optional<std::vector<Assignment>>& first) {
    const auto settings = [&](std::size_t i) {
      std::vector<Assignment> values = line.fixed;
      values.push_back({axis.pointer, axis.values[i]});
      return values;
    };
    std::size_t low = 0;
    std::size_t high = axis.size();  // it has the part, or is behind the last
    for (const auto& [i, all] : looked_)
      if (all < part)
        low = std::max(low, i + 1);
      else
        high = std::min(high, i);
    // Doubling steps first: the answer is near what meets it on the machine of the profiles.
    for (std::size_t step = 1; low < high;) {
      const std::size_t i = high == axis.size() ? std::min(axis.size() - 1, low + step - 1) : low + (high - low) / 2;
      step *= 2;
      const std::optional<KnownMet> found = met(runs_.add(settings(i)));
      if (!found) return false;
      looked_[i] = found->all;
      if (found->all < part)
        low = i + 1;
      else
        high = i;
    }
    if (high < axis.size()) first = settings(high);
    return true;
  }

  PointRuns& runs_;
  const SizeQuestion& question_;
  const EnsembleOption& ensemble_;
  const Pool& pool_;
  std::string& why_;
  std::map<std::size_t, double> looked_;  // part of the machines, by index of the axis
  std::size_t machines_ = 0;
  std::size_t simulated_ = 0;
};

std::string place_text(double place) {
  if (std::isinf(place)) return place < 0 ? "below what was varied" : "beyond what was varied";
  return short_number(place);
}

Json place_json(double place) { return std::isfinite(place) ? number_json(place) : Json(); }

void put_places(Json& json, const Known& at) {
  json["known_median"] = place_json(at.median);
  json["known90"] = {place_json(at.ninety.lo), place_json(at.ninety.hi)};
  json["known50"] = {place_json(at.fifty.lo), place_json(at.fifty.hi)};
}

std::string places_text(const Known& at) {
  return fmt::format("{} to {} (90 %), {} to {} (50 %)", place_text(at.ninety.lo), place_text(at.ninety.hi),
                     place_text(at.fifty.lo), place_text(at.fifty.hi));
}

}  // namespace

Expression::Values parameters_of(const PointRuns& runs, std::size_t point) {
  return [&runs, point](const std::string& pointer) { return runs.parameter(point, pointer); };
}

Scenario measured_at(const PointRuns& runs, std::size_t point) {
  const std::vector<Replication>& all = runs.experiment(point).runs;
  const auto done = std::ranges::find(all, RunStatus::done, [](const Replication& run) { return run.result.status; });
  return done == all.end() ? runs.scenario(point) : as_measured(runs.scenario(point), done->result);
}

std::string of_machines(double part) { return fmt::format("on {:.0f} of 100 machines", 100 * part); }

std::string effort_text(std::size_t machines, std::size_t points) {
  return wrap(counted(machines, "machine") + " at " + counted(points, "point"), columns());
}

std::optional<KnownSize> known_size(PointRuns& runs, const SizeQuestion& question, const SizeAnswer& answer,
                                    const EnsembleOption& ensemble, const Pool& pool, std::string& why) {
  return MetOnMachines(runs, question, ensemble, pool, why).answer(answer);
}

std::string known_lines(const KnownSize& known, const SizeQuestion& question) {
  std::string text = "\nwhat is not known:\n" + wrap("here all of it is met " + of_machines(known.met.all), columns(), 2);
  for (std::size_t i = 0; i < question.margins.size() && question.margins.size() > 1; ++i)
    text += wrap(fmt::format("{}: met {}", question.margins[i].by.text(), of_machines(known.met.each[i])), columns(), 2);
  const auto line = [](std::string_view part, const std::optional<std::vector<Assignment>>& settings) {
    return wrap(fmt::format("met on {} % of the machines: {}", part,
                            settings ? "by " + settings_text(*settings) : "by nothing that was looked at"), columns(), 2);
  };
  return text + line("50", known.half) + line("90", known.nine_tenths) + effort_text(known.machines, known.points);
}

Json known_json(const KnownSize& known, const SizeQuestion& question) {
  Json conditions = Json::array();
  for (std::size_t i = 0; i < question.margins.size(); ++i)
    conditions.push_back({{"condition", question.margins[i].by.text()}, {"met_on", number_json(known.met.each[i])}});
  const auto settings = [](const std::optional<std::vector<Assignment>>& found) { return found ? settings_json(*found) : Json(); };
  return {{"met_on", number_json(known.met.all)},
          {"conditions", std::move(conditions)},
          {"settings50", settings(known.half)},
          {"settings90", settings(known.nine_tenths)},
          {"machines", known.machines},
          {"points", known.points}};
}

std::optional<KnownBreakEven> known_break_even(PointRuns& a, PointRuns& b, const BreakEvenQuestion& question,
                                               const BreakEven& found, const EnsembleOption& ensemble, const Pool& pool,
                                               std::string& why) {
  std::deque<Scenario> scenarios;
  std::vector<EnsembleOption::Point> points;
  std::vector<std::pair<std::size_t, std::size_t>> numbers;
  std::vector<double> places;
  for (const BreakEvenPoint& p : found.points) {
    if (!p.difference) continue;
    const Json& value = question.over.values[p.index];
    const std::size_t of_a = a.add({{question.over.pointer, value}});
    const std::size_t of_b = b.add({{question.over.pointer, value}});
    scenarios.push_back(measured_at(a, of_a));
    scenarios.push_back(measured_at(b, of_b));
    points.push_back({{&scenarios[scenarios.size() - 2], &scenarios.back()},
                      {events_of(a.experiment(of_a)), events_of(b.experiment(of_b))}});
    numbers.emplace_back(of_a, of_b);
    places.push_back(value.get<double>());
  }
  if (points.empty()) {
    why = "no value of both";
    return std::nullopt;
  }
  const std::optional<KnownPoints> known = ensemble.answer(points, pool, why);
  if (!known) return std::nullopt;
  std::vector<ByMachine> of_a, of_b;
  for (std::size_t i = 0; i < points.size(); ++i) {
    of_a.push_back(known_values(known->runs[i].results[0], question.of, parameters_of(a, numbers[i].first)));
    of_b.push_back(known_values(known->runs[i].results[1], question.of, parameters_of(b, numbers[i].second)));
  }
  KnownBreakEven said{{}, known->machines.all.size(), points.size()};
  for (const Crossing& c : found.crossings) {
    const double near = (question.over.values[c.below].get<double>() + question.over.values[c.above].get<double>()) / 2;
    said.crossings.push_back(known_crossing(known->machines, places, of_a, of_b, c.b_is_more_above, near));
  }
  return said;
}

std::string known_lines(const KnownBreakEven& known, const BreakEvenQuestion& question, const BreakEven& found) {
  std::string text = "\nwhat is not known:\n";
  for (std::size_t i = 0; i < known.crossings.size(); ++i)
    text += wrap(fmt::format("{} of B becomes {} at {} {}; they meet {}", question.of.text(),
                             found.crossings[i].b_is_more_above ? "higher" : "lower", question.over.pointer,
                             places_text(known.crossings[i].at), of_machines(known.crossings[i].meet)), columns(), 2);
  return text + effort_text(known.machines, known.points);
}

Json known_json(const KnownBreakEven& known) {
  Json crossings = Json::array();
  for (const KnownCrossing& crossing : known.crossings) {
    crossings.push_back({{"meet_on", number_json(crossing.meet)}});
    put_places(crossings.back(), crossing.at);
  }
  return {{"crossings", std::move(crossings)}, {"machines", known.machines}, {"points", known.points}};
}

std::optional<KnownKnee> known_knee(PointRuns& runs, const KneeQuestion& question, const KneeAnswer& found,
                                    const EnsembleOption& ensemble, const Pool& pool, std::string& why) {
  std::deque<Scenario> scenarios;
  std::vector<EnsembleOption::Point> points;
  std::vector<std::size_t> numbers;
  std::vector<double> places;
  for (std::size_t i = 0; i < found.indices.size(); ++i) {
    if (!found.values[i]) continue;
    const Json& value = question.over.values[found.indices[i]];
    numbers.push_back(runs.add({{question.over.pointer, value}}));
    scenarios.push_back(measured_at(runs, numbers.back()));
    points.push_back({{&scenarios.back()}, {events_of(runs.experiment(numbers.back()))}});
    places.push_back(value.get<double>());
  }
  if (points.empty()) {
    why = "no value anywhere";
    return std::nullopt;
  }
  const std::optional<KnownPoints> known = ensemble.answer(points, pool, why);
  if (!known) return std::nullopt;
  std::vector<ByMachine> values;
  for (std::size_t i = 0; i < points.size(); ++i)
    values.push_back(known_values(known->runs[i].results.front(), question.of, parameters_of(runs, numbers[i])));
  return KnownKnee{known_knee(known->machines, places, values, question.more_is_better, question.worth),
                   known->machines.all.size(), points.size()};
}

std::string known_lines(const KnownKnee& known, const KneeQuestion& question) {
  return "\nwhat is not known:\n" +
         wrap(fmt::format("{} from which on more gains nothing, of the values that were looked at: {}", question.over.pointer,
                          places_text(known.at)), columns(), 2) +
         effort_text(known.machines, known.points);
}

Json known_json(const KnownKnee& known) {
  Json json{{"machines", known.machines}, {"points", known.points}};
  put_places(json, known.at);
  return json;
}

}  // namespace ktlssim
