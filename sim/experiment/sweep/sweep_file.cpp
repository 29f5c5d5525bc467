#include "sim/experiment/sweep/sweep_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "models/counted.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/sweep/sweep_points.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMaxReplications = 1000;

// The name of a sweep is that of its directory under results/, too.
bool is_file_name(const std::string& name) {
  constexpr std::size_t kMostBytes = 200;  // leaves room for what is added to it, in the 255 of most file systems
  return !name.empty() && name.size() <= kMostBytes && name != "." && name != ".." &&
         name.find_first_of(std::string("/\0", 2)) == std::string::npos;
}

void check_size(const std::vector<SweepAxis>& axes, const std::string& file, Problems& problems) {
  std::size_t points = 1;
  for (const SweepAxis& axis : axes) points = std::min(points * axis.rows.size(), kMaxPoints * kMaxPoints);
  if (points > kMaxPoints)
    problems.add(file, "/parameters", "",
                 fmt::format("{}{} combinations: at most {} are allowed",
                             points == kMaxPoints * kMaxPoints ? "more than " : "", points, kMaxPoints));
}

Json stopping_row(const MeasureParameters& measure) {
  return Json::array({measure.relative_precision, measure.precision_metrics, measure.min_replications, measure.max_replications});
}

MeasureParameters measure_of_row(const Json& stopping) {
  MeasureParameters measure{};
  stopping.at(0).get_to(measure.relative_precision);
  stopping.at(1).get_to(measure.precision_metrics);
  stopping.at(2).get_to(measure.min_replications);
  stopping.at(3).get_to(measure.max_replications);
  return measure;
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

void PointList::add(const SweepPoint& point) {
  Json stopping = stopping_row(point.measure);
  if (empty()) first_stopping_ = stopping;
  Json row = Json::array({point.seed, point.values});
  if (stopping != first_stopping_) row.push_back(std::move(stopping));
  Json::to_cbor(row, rows_);
  ends_.push_back(rows_.size());
}

SweepPoint PointList::operator[](std::size_t point) const {
  const auto end_of = [&](std::size_t row) { return rows_.begin() + static_cast<std::ptrdiff_t>(ends_.at(row)); };
  Json row = Json::from_cbor(point == 0 ? rows_.begin() : end_of(point - 1), end_of(point));
  return {std::move(row.at(1).get_ref<Json::array_t&>()), row.at(0).get<std::int64_t>(),
          measure_of_row(row.size() > 2 ? row.at(2) : first_stopping_)};
}

std::vector<Assignment> Sweep::settings_of(std::size_t point) const {
  std::vector<Assignment> all;
  SweepPoint asked = points[point];
  for (std::size_t i = 0; i < parameters.size(); ++i) all.push_back({parameters[i], std::move(asked.values[i])});
  return all;
}

Scenario Sweep::read_point(std::vector<Assignment> values) const {
  // A profile first, then what is within it.
  std::stable_sort(values.begin(), values.end(), [](const Assignment& a, const Assignment& b) {
    return a.pointer.size() < b.pointer.size();
  });
  return read_scenario(base, scenario_file, values, file);
}

Scenario Sweep::scenario(std::size_t point) const {
  Scenario scenario = read_point(settings_of(point));
  scenario.seed = points[point].seed;
  return scenario;
}

bool Sweep::until_precise() const {
  for (std::size_t point = 0; point < points.size(); ++point)
    if (points[point].measure.relative_precision > 0) return true;
  return false;
}

std::string plain_value(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Sweep load_sweep(const std::filesystem::path& path, const SweepStage& stage) {
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
  sweep.base = std::move(*scenario);
  sweep.id = fmt::format("ktlssim sweep, {} replications", sweep.settings.replications);
  expand(sweep, std::move(axes), std::move(constraints), parameters, stage, problems);
  problems.throw_if_any();
  for (std::size_t point = 0; point < sweep.points.size(); ++point)
    sweep.settings.replications = std::max(sweep.settings.replications, sweep.points[point].measure.max_replications);
  if (const std::size_t runs = sweep.points.size() * sweep.replications(); runs > kMaxRuns)
    throw InputError({{sweep.file, "/parameters", "",
                       fmt::format("{} of up to {}: at most {} replications are allowed",
                                   counted(sweep.points.size(), "point"), counted(sweep.replications(), "replication"), kMaxRuns)}});
  return sweep;
}

}  // namespace ktlssim
