#include "sim/experiment/sweep/sweep_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <map>
#include <optional>
#include <set>

#include "sim/experiment/input/unread_values.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

bool is_within(const std::string& pointer, const std::string& group) {
  return pointer.starts_with(group) && (pointer.size() == group.size() || pointer[group.size()] == '/');
}

// How many replications of a point, of which a sweep may fix the number.
void plan_replications(const Scenario& scenario, std::int64_t fixed, MeasureParameters& measure) {
  measure = scenario.measure;
  if (fixed == 0 && measure.relative_precision > 0 && is_random(scenario)) return;
  measure.relative_precision = 0;
  measure.min_replications = measure.max_replications = std::max<std::int64_t>(fixed, 1);
}

class Expansion {
 public:
  Expansion(Sweep& sweep, std::vector<SweepAxis> axes,
            std::vector<NamedConstraint> constraints, const std::vector<Parameter>& parameters,
            Problems& problems)
      : sweep_(sweep),
        axes_(std::move(axes)),
        constraints_(std::move(constraints)),
        problems_(problems) {
    list_given(parameters);
  }

  void expand(const SweepStage& stage) {
    std::vector<std::size_t> rows(axes_.size(), 0);
    std::size_t all = 1;
    for (const SweepAxis& axis : axes_) all *= axis.rows.size();
    std::size_t done = 0;
    do {
      add_point(rows);
      if (++done; stage) stage("points checked", done, all);
    } while (advance(rows));
    for (const Seen& seen : seen_) report(seen);
    if (!sweep_.points.empty()) report_unread();
    if (sweep_.points.empty() && problems_.empty())
      problems_.add(sweep_.file, "/constraint", "", "no point fulfils it");
  }

 private:
  struct Seen {
    Problem problem;
    std::string first;  // the values of the first point that has it; empty if the problem's place tells
    std::size_t points;
  };

  // A value of the scenario, or the first that a parameter takes on.
  struct Given {
    GivenValue value;
    std::string place;  // in the sweep's file; empty: the scenario's
    bool varies;
    bool read;  // by a point
  };

  void list_given(const std::vector<Parameter>& parameters) {
    for (const SweepAxis& axis : axes_) {
      for (std::size_t i = 0; i < axis.pointers.size() && !axis.rows.empty(); ++i) {
        const Parameter& parameter = *find_parameter(parameters, axis.pointers[i]);
        const Json& first = axis.rows.front()[i];
        const bool varies = std::any_of(axis.rows.begin(), axis.rows.end(),
                                        [&](const std::vector<Json>& row) { return row[i] != first; });
        given_.push_back({{&parameter, first}, axis.places.front()[i], varies, false});
      }
    }
    const std::size_t varied = given_.size();
    for (GivenValue& value : given_values(sweep_.base, parameters)) {
      const std::string& pointer = value.parameter->pointer;
      if (std::none_of(given_.begin(), given_.begin() + static_cast<std::ptrdiff_t>(varied),
                       [&](const Given& given) { return is_within(pointer, given.value.parameter->pointer); }))
        given_.push_back({std::move(value), "", false, false});
    }
  }

  void report_unread() {
    for (const Given& given : given_) {
      if (given.read) continue;
      Problem problem = unread_value(given.value, given.place.empty() ? sweep_.scenario_file : sweep_.file,
                                     sweep_.scenario(0));
      if (!given.place.empty()) problem.pointer = given.place;
      if (given.varies)
        problems_.add(problem.file, problem.pointer, problem.value,
                      "varies, and no point reads it: " + problem.message);
      else
        sweep_.unread.push_back(std::move(problem));
    }
  }

  // To the next combination, the last axis first.
  bool advance(std::vector<std::size_t>& rows) const {
    for (std::size_t axis = rows.size(); axis-- > 0;) {
      if (++rows[axis] < axes_[axis].rows.size()) return true;
      rows[axis] = 0;
    }
    return false;
  }

  void add_point(const std::vector<std::size_t>& rows) {
    std::vector<Assignment> values;
    std::map<std::string, std::string> places;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      for (std::size_t i = 0; i < axes_[axis].pointers.size(); ++i) {
        values.push_back({axes_[axis].pointers[i], axes_[axis].rows[rows[axis]][i]});
        places.emplace(axes_[axis].pointers[i], axes_[axis].places[rows[axis]][i]);
      }
    }
    std::optional<Scenario> scenario;
    try {
      if (!fulfils(values, scenario)) return;
      if (!scenario) scenario = sweep_.read_point(values);
    } catch (const InputError& error) {
      for (const Problem& problem : error.problems()) note(problem, values, places);
      return;
    }
    if (!sweep_.settings.common_random_numbers)
      scenario->seed += static_cast<std::int64_t>(sweep_.points.size());
    SweepPoint point;
    for (const Assignment& assignment : values) point.values.push_back(assignment.value);
    point.seed = scenario->seed;
    plan_replications(*scenario, sweep_.settings.replications, point.measure);
    if (point.seed > kMaxSeed)
      note({sweep_.scenario_file, "/seed", "", "too large to give every point a seed of its own"}, {}, {});
    for (Given& given : given_)
      given.read = given.read || unmet(*given.value.parameter, *scenario) == nullptr;
    extend_id(values, *scenario);
    sweep_.points.add(point);
  }

  // Chained, so that no text has to hold all the points at once. A number names no profile: of points that differ in
  // numbers only, the first tells what all of them are made of.
  void extend_id(const std::vector<Assignment>& values, const Scenario& scenario) {
    std::string words;
    for (const Assignment& assignment : values) {
      const std::string value = fmt::format("\n{}={}", assignment.pointer, assignment.value.dump());
      sweep_.id += value;
      if (!assignment.value.is_number()) words += value;
    }
    sweep_.id += fmt::format("\n{}", scenario.seed);
    if (words_.insert(words).second) sweep_.id += '\n' + effective_json(scenario).dump();
    sweep_.id = to_string(names_(sweep_.id));
  }

  // What only speaks of what varies is decided without reading the scenario, which may be unsound there.
  bool fulfils(const std::vector<Assignment>& values, std::optional<Scenario>& scenario) const {
    std::optional<Json> effective;
    const auto value_of = [&](const std::string& pointer) -> Json {
      for (const Assignment& assignment : values)
        if (canonical_pointer(assignment.pointer) == canonical_pointer(pointer) && !assignment.value.is_object())
          return assignment.value;
      if (!scenario) scenario = sweep_.read_point(values);
      if (!effective) effective = effective_json(*scenario);
      Json found = effective_value(*effective, canonical_pointer(pointer));
      if (found.is_null()) throw ExpressionError(pointer + " is absent");
      return found;
    };
    for (const NamedConstraint& named : constraints_) {
      try {
        if (!named.constraint.holds(value_of).value_or(false)) return false;
      } catch (const ExpressionError& error) {
        throw InputError({{sweep_.file, named.place, short_text(Json(named.text)), error.what()}});
      }
    }
    return true;
  }

  // The same problem at many points is told once.
  void note(Problem problem, const std::vector<Assignment>& values,
            const std::map<std::string, std::string>& places) {
    bool placed = false;
    if (problem.file == sweep_.file) {
      std::string best;
      const std::string at = canonical_pointer(problem.pointer);
      for (const auto& [pointer, place] : places)
        if (is_within(at, canonical_pointer(pointer)) && pointer.size() >= best.size()) best = pointer;
      placed = !best.empty();
      if (placed) problem.pointer = places.at(best) + at.substr(canonical_pointer(best).size());
    }
    std::string first;
    if (!placed)
      for (const Assignment& assignment : values)
        first += fmt::format("{}{}={}", first.empty() ? "" : ", ", assignment.pointer,
                             plain_value(assignment.value));
    const std::string line = problem.line();
    const auto [found, is_new] = number_of_line_.emplace(line, seen_.size());
    if (is_new)
      seen_.push_back({std::move(problem), std::move(first), 1});
    else
      ++seen_[found->second].points;
  }

  void report(const Seen& seen) {
    Problem problem = seen.problem;
    if (!seen.first.empty())
      problem.message += seen.points == 1
                             ? fmt::format(" (with {})", seen.first)
                             : fmt::format(" ({} points, the first with {})", seen.points, seen.first);
    problems_.add(problem.file, problem.pointer, problem.value, problem.message);
  }

  Sweep& sweep_;
  const boost::uuids::name_generator_sha1 names_{boost::uuids::ns::url()};
  std::vector<SweepAxis> axes_;
  std::vector<NamedConstraint> constraints_;
  Problems& problems_;
  std::vector<Given> given_;
  std::map<std::string, std::size_t> number_of_line_;
  std::vector<Seen> seen_;
  std::set<std::string> words_;  // of the points so far: their values that are no numbers
};

}  // namespace

std::vector<NamedConstraint> read_constraints(const Json& json, const std::string& file,
                                              const std::vector<Parameter>& parameters, Problems& problems) {
  std::vector<NamedConstraint> constraints;
  const auto add = [&](const Json& value, const std::string& place) {
    if (!value.is_string())
      return problems.add(file, place, short_text(value),
                          fmt::format("expected a condition as text, such as \"/workload/sessions >= "
                                      "/ktls/workers\", got {}",
                                      type_text(value)));
    const std::string text = value.get<std::string>();
    try {
      Expression constraint(text);
      for (const std::string& metric : constraint.names())
        problems.add(file, place, short_text(value),
                     fmt::format("{} is no parameter: points are chosen before anything is simulated", metric));
      for (const std::string& pointer : constraint.pointers())
        if (!find_parameter(parameters, pointer))
          problems.add(file, place, short_text(value),
                       fmt::format("no such parameter: {}; did you mean {}?", pointer,
                                   nearest_pointer(parameters, pointer)));
      constraints.push_back({std::move(constraint), place, text});
    } catch (const ExpressionError& error) {
      problems.add(file, place, short_text(value), error.what());
    }
  };
  const auto found = json.find("constraint");
  if (found == json.end()) return constraints;
  if (!found->is_array()) {
    add(*found, "/constraint");
    return constraints;
  }
  for (std::size_t i = 0; i < found->size(); ++i)
    add(found->at(i), child_pointer("/constraint", std::to_string(i)));
  return constraints;
}

void expand(Sweep& sweep, std::vector<SweepAxis> axes, std::vector<NamedConstraint> constraints,
            const std::vector<Parameter>& parameters, const SweepStage& stage, Problems& problems) {
  Expansion(sweep, std::move(axes), std::move(constraints), parameters, problems).expand(stage);
}

}  // namespace ktlssim
