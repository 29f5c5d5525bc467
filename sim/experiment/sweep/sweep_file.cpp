#include "sim/experiment/sweep/sweep_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <map>
#include <optional>

#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/sweep/constraint.hpp"
#include "sim/experiment/sweep/sweep_axes.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMaxSeed = 9007199254740991;
constexpr std::int64_t kMaxReplications = 1000;

struct NamedConstraint {
  Constraint constraint;
  std::string place;
  std::string text;
};

bool is_within(const std::string& pointer, const std::string& group) {
  return pointer.starts_with(group) && (pointer.size() == group.size() || pointer[group.size()] == '/');
}

class Expansion {
 public:
  Expansion(Sweep& sweep, const Json& scenario, std::vector<SweepAxis> axes,
            std::vector<NamedConstraint> constraints, Problems& problems)
      : sweep_(sweep),
        scenario_(scenario),
        axes_(std::move(axes)),
        constraints_(std::move(constraints)),
        problems_(problems) {}

  void expand() {
    std::vector<std::size_t> rows(axes_.size(), 0);
    do {
      add_point(rows);
    } while (advance(rows));
    for (const auto& [line, seen] : seen_) report(seen);
    if (sweep_.points.empty() && problems_.empty())
      problems_.add(sweep_.file, "/constraint", "", "no point fulfils it");
  }

 private:
  struct Seen {
    Problem problem;
    std::string first;  // the values of the first point that has it; empty if the problem's place tells
    std::size_t points;
  };

  // To the next combination, the last axis first.
  bool advance(std::vector<std::size_t>& rows) const {
    for (std::size_t axis = rows.size(); axis-- > 0;) {
      if (++rows[axis] < axes_[axis].rows.size()) return true;
      rows[axis] = 0;
    }
    return false;
  }

  void add_point(const std::vector<std::size_t>& rows) {
    SweepPoint point{};
    std::map<std::string, std::string> places;
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      for (std::size_t i = 0; i < axes_[axis].pointers.size(); ++i) {
        point.values.push_back({axes_[axis].pointers[i], axes_[axis].rows[rows[axis]][i]});
        places.emplace(axes_[axis].pointers[i], axes_[axis].places[rows[axis]][i]);
      }
    }
    std::optional<Scenario> scenario;
    try {
      if (!fulfils(point.values, scenario)) return;
      if (!scenario) scenario = read(point.values);
    } catch (const InputError& error) {
      for (const Problem& problem : error.problems()) note(problem, point.values, places);
      return;
    }
    point.scenario = std::move(*scenario);
    if (!sweep_.settings.common_random_numbers)
      point.scenario.seed += static_cast<std::int64_t>(sweep_.points.size());
    if (point.scenario.seed > kMaxSeed)
      note({sweep_.scenario_file, "/seed", "", "too large to give every point a seed of its own"}, {}, {});
    sweep_.points.push_back(std::move(point));
  }

  Scenario read(std::vector<Assignment> values) const {
    // A profile first, then what is within it.
    std::stable_sort(values.begin(), values.end(), [](const Assignment& a, const Assignment& b) {
      return a.pointer.size() < b.pointer.size();
    });
    return read_scenario(scenario_, sweep_.scenario_file, values, sweep_.file);
  }

  // What only speaks of what varies is decided without reading the scenario, which may be unsound there.
  bool fulfils(const std::vector<Assignment>& values, std::optional<Scenario>& scenario) const {
    std::optional<Json> effective;
    const auto value_of = [&](const std::string& pointer) -> Json {
      for (const Assignment& assignment : values)
        if (canonical_pointer(assignment.pointer) == canonical_pointer(pointer) && !assignment.value.is_object())
          return assignment.value;
      if (!scenario) scenario = read(values);
      if (!effective) effective = effective_json(*scenario);
      const Json::json_pointer place(canonical_pointer(pointer));
      if (!effective->contains(place)) throw ConstraintError(pointer + " is absent");
      const Json& found = effective->at(place);
      if (found.is_object() && found.contains("value")) return found.at("value");
      return found.is_object() && found.contains("name") ? found.at("name") : found;
    };
    for (const NamedConstraint& named : constraints_) {
      try {
        if (!named.constraint.holds(value_of)) return false;
      } catch (const ConstraintError& error) {
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
    const auto found =
        std::find_if(seen_.begin(), seen_.end(), [&](const auto& seen) { return seen.first == line; });
    if (found == seen_.end())
      seen_.push_back({line, {std::move(problem), std::move(first), 1}});
    else
      ++found->second.points;
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
  const Json& scenario_;
  std::vector<SweepAxis> axes_;
  std::vector<NamedConstraint> constraints_;
  Problems& problems_;
  std::vector<std::pair<std::string, Seen>> seen_;
};

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
      Constraint constraint(text);
      for (const std::string& pointer : constraint.pointers())
        if (!find_parameter(parameters, pointer))
          problems.add(file, place, short_text(value),
                       fmt::format("no such parameter: {}; did you mean {}?", pointer,
                                   nearest_pointer(parameters, pointer)));
      constraints.push_back({std::move(constraint), place, text});
    } catch (const ConstraintError& error) {
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

void check_size(const std::vector<SweepAxis>& axes, const std::string& file, Problems& problems) {
  std::size_t points = 1;
  for (const SweepAxis& axis : axes) points = std::min(points * axis.rows.size(), kMaxPoints * kMaxPoints);
  if (points > kMaxPoints)
    problems.add(file, "/parameters", "",
                 fmt::format("{}{} combinations: at most {} are allowed",
                             points == kMaxPoints * kMaxPoints ? "more than " : "", points, kMaxPoints));
}

// Chained, so that no text has to hold all the points at once.
std::string sweep_id(const Sweep& sweep) {
  const boost::uuids::name_generator_sha1 generate(boost::uuids::ns::url());
  std::string id = fmt::format("ktlssim sweep, {} replications", sweep.settings.replications);
  for (const SweepPoint& point : sweep.points) {
    for (const Assignment& assignment : point.values)
      id += fmt::format("\n{}={}", assignment.pointer, assignment.value.dump());
    id = to_string(generate(id + '\n' + effective_json(point.scenario).dump()));
  }
  return id;
}

void plan_replications(Sweep& sweep) {
  const std::int64_t fixed = sweep.settings.replications;
  for (SweepPoint& point : sweep.points) {
    point.measure = point.scenario.measure;
    MeasureParameters& measure = point.measure;
    if (fixed > 0 || measure.relative_precision <= 0 || !is_random(point.scenario)) {
      measure.relative_precision = 0;
      measure.min_replications = measure.max_replications = std::max<std::int64_t>(fixed, 1);
    }
    sweep.settings.replications = std::max(sweep.settings.replications, measure.max_replications);
  }
}

}  // namespace

void describe(ParameterVisitor& v, SweepSettings& settings) {
  v.text("name", settings.name, "", "what to call it; the file's name without .json if left out");
  v.text("description", settings.description, "", "the question it answers");
  v.text("scenario", settings.scenario, "", "file of the scenario, relative to this one");
  v.integer("replications", settings.replications, {0, 0, kMaxReplications},
            "simulations of every point; 0 = 1, or as many as measure/relative_precision takes");
  v.flag("common_random_numbers", settings.common_random_numbers, true,
         "every point has the scenario's seed; otherwise point K has that seed + K");
}

bool Sweep::until_precise() const {
  return std::any_of(points.begin(), points.end(),
                     [](const SweepPoint& point) { return point.measure.relative_precision > 0; });
}

std::string plain_value(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

namespace {

// The name of a sweep is that of its directory under results/, too.
bool is_file_name(const std::string& name) {
  constexpr std::size_t kMostBytes = 200;  // leaves room for what is added to it, in the 255 of most file systems
  return !name.empty() && name.size() <= kMostBytes && name != "." && name != ".." &&
         name.find_first_of(std::string("/\0", 2)) == std::string::npos;
}

}  // namespace

Sweep load_sweep(const std::filesystem::path& path) {
  Problems problems;
  const std::optional<Json> json = read_json_file(path, problems);
  problems.throw_if_any();
  Sweep sweep;
  sweep.file = input_name(path);
  const Origins origins(sweep.file, Origins::Kind::scenario);
  ParameterReader reader(*json, "", origins, problems, {"$schema", "parameters", "constraint"});
  describe(reader, sweep.settings);
  reader.finish();
  if (!json->is_object()) problems.throw_if_any();
  if (sweep.settings.name.empty()) sweep.settings.name = std::filesystem::path(sweep.file).stem().string();
  if (!is_file_name(sweep.settings.name))
    problems.add(sweep.file, "/name", short_text(Json(sweep.settings.name)),
                 "results/NAME is where a sweep is written: at most 200 bytes without \"/\", and not \".\" or \"..\", are allowed");

  const std::vector<Parameter> parameters = scenario_parameters();
  std::vector<SweepAxis> axes = read_axes(*json, sweep.file, parameters, problems);
  std::vector<NamedConstraint> constraints = read_constraints(*json, sweep.file, parameters, problems);
  for (const SweepAxis& axis : axes)
    sweep.parameters.insert(sweep.parameters.end(), axis.pointers.begin(), axis.pointers.end());
  const bool own_seeds = !sweep.settings.common_random_numbers;
  if (own_seeds &&
      std::find(sweep.parameters.begin(), sweep.parameters.end(), "/seed") != sweep.parameters.end())
    problems.add(sweep.file, "/common_random_numbers", "false", "the seed varies already, by /parameters");
  check_size(axes, sweep.file, problems);

  std::optional<Json> scenario;
  if (sweep.settings.scenario.empty()) {
    if (!json->contains("scenario"))
      problems.add(sweep.file, "/scenario", "", "missing: the file of a scenario, relative to this one");
    else
      problems.add(sweep.file, "/scenario", "", "expected the file of a scenario, relative to this one");
  } else {
    const std::filesystem::path scenario_path = path.parent_path() / sweep.settings.scenario;
    sweep.scenario_file = scenario_path.lexically_normal().string();
    scenario = read_json_file(sweep.scenario_file, problems);
  }
  problems.throw_if_any();
  Expansion(sweep, *scenario, std::move(axes), std::move(constraints), problems).expand();
  problems.throw_if_any();
  plan_replications(sweep);
  sweep.id = sweep_id(sweep);
  return sweep;
}

}  // namespace ktlssim
