#include "sim/experiment/size/point_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/settings.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

bool is_metric(const std::string& name) {
  if (name.starts_with("throughput_gbps_group_")) return true;
  return std::ranges::find(metric_table(), name, &MetricInfo::name) != metric_table().end();
}

// A profile first, then what is within it.
std::vector<Assignment> in_order(std::vector<Assignment> values) {
  std::ranges::stable_sort(values, {}, [](const Assignment& a) { return a.pointer.size(); });
  return values;
}

}  // namespace

Expression checked_expression(const std::string& text, const std::string& option) {
  try {
    Expression expression(text);
    Problems problems;
    const std::vector<Parameter> parameters = scenario_parameters();
    for (const std::string& pointer : expression.pointers())
      if (find_parameter(parameters, pointer) == nullptr)
        problems.add(option, "", short_text(Json(text)),
                     fmt::format("no such parameter: {}; did you mean {}?", pointer, nearest_pointer(parameters, pointer)));
    std::vector<std::string> names;
    for (const MetricInfo& metric : metric_table()) names.emplace_back(metric.name);
    for (const std::string& name : expression.names())
      if (!is_metric(name))
        problems.add(option, "", short_text(Json(text)),
                     fmt::format("no such metric: {}{} (results/README.md lists them)", name, did_you_mean(name, names)));
    problems.throw_if_any();
    return expression;
  } catch (const ExpressionError& error) {
    throw InputError({{option, "", short_text(Json(text)), error.what()}});
  }
}

PointRuns::PointRuns(const std::filesystem::path& scenario, std::vector<std::string> sets, Pool pool)
    : path_(scenario), sets_(std::move(sets)), pool_(std::move(pool)) {
  load_scenario(path_, sets_);
  Problems problems;
  json_ = *read_json_file(path_, problems);
  Origins origins(path_.string(), Origins::Kind::scenario);
  apply_settings(sets_, json_, origins, problems);
}

std::optional<Problem> PointRuns::check(const VaryAxis& axis, const std::vector<VaryAxis>& others,
                                        const std::string& option) const {
  constexpr std::size_t kAll = 64;
  std::vector<std::vector<Assignment>> beside{{}};
  for (const VaryAxis& other : others)
    if (other.pointer != axis.pointer)
      for (const Json& value : {other.values.front(), other.values.back()}) beside.push_back({{other.pointer, value}});
  std::vector<Json> tried = axis.values;
  if (tried.size() > kAll) tried = {axis.values.front(), axis.values.back()};
  bool is_read = false;
  std::optional<Problem> unread;
  for (const Json& value : tried) {
    bool possible = false;
    std::optional<InputError> refused;
    for (std::size_t i = 0; i < beside.size() && !(possible && is_read); ++i) {
      std::vector<Assignment> values = beside[i];
      values.push_back({axis.pointer, value});
      std::vector<Problem> here;
      try {
        read_scenario(json_, path_.string(), in_order(std::move(values)), option, &here);
      } catch (const InputError& error) {
        if (!refused) refused = error;
        continue;
      }
      possible = true;
      const auto found = std::ranges::find(here, axis.pointer, &Problem::pointer);
      if (found == here.end())
        is_read = true;
      else
        unread = *found;
    }
    if (!possible) throw *refused;
  }
  return is_read ? std::nullopt : unread;
}

void PointRuns::check(const std::vector<VaryAxis>& axes, const std::string& option) const {
  for (const VaryAxis& axis : axes)
    if (const std::optional<Problem> unread = check(axis, axes, option)) throw InputError({*unread});
}

std::size_t PointRuns::add(const std::vector<Assignment>& values) {
  const std::vector<Assignment> ordered = in_order(values);
  std::string key;
  for (const Assignment& a : ordered) key += fmt::format("{}={}\n", a.pointer, a.value.dump());
  const auto [found, is_new] = index_.emplace(key, points_.size());
  if (!is_new) return found->second;
  Point& point = points_.emplace_back();
  try {
    point.scenario = read_scenario(json_, path_.string(), ordered, "--vary");
    point.effective = effective_json(*point.scenario);
  } catch (const InputError& error) {
    point.refused = error.problems().front().line();
  }
  return found->second;
}

bool PointRuns::extend(const std::vector<std::pair<std::size_t, std::size_t>>& counts) {
  struct Task {
    std::size_t point, replication;
  };
  std::vector<Task> tasks;
  for (const auto& [point, count] : counts)
    if (refused(point).empty())
      for (std::size_t i = replications(point); i < count; ++i) tasks.push_back({point, i});
  PoolOutcome outcome = run_in_children(tasks.size(), pool_, [&](std::size_t task) {
    return simulate_in_window(*points_[tasks[task].point].scenario, EngineKind::fiber, tasks[task].replication);
  });
  if (outcome.interrupted) return false;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    points_[tasks[i].point].experiment.runs.push_back({tasks[i].replication, std::move(*outcome.results[i])});
    ++simulated_;
  }
  for (const auto& [point, count] : counts)
    if (refused(point).empty()) conclude(points_[point].experiment, *points_[point].scenario);
  return true;
}

Json PointRuns::parameter(std::size_t point, const std::string& pointer) const {
  return effective_value(points_.at(point).effective, pointer);
}

double PointRuns::value(std::size_t point, std::size_t replication, const Expression& expression) const {
  const RunResult& run = experiment(point).runs.at(replication).result;
  if (run.status != RunStatus::done) return kNaN;
  const auto value_of = [&](const std::string& name) -> Json {
    if (name.front() == '/') return parameter(point, name);
    if (experiment(point).steadiness.backlog_grows && is_of_backlog(name)) return nullptr;  // it has no mean
    const Metric* const metric = run.metric(name);
    return metric != nullptr && std::isfinite(metric->value) ? Json(metric->value) : Json();
  };
  return expression.number(value_of).value_or(kNaN);
}

std::vector<double> PointRuns::values(std::size_t point, const Expression& expression, std::string& why) const {
  if (!refused(point).empty()) {
    why = refused(point);
    return {};
  }
  std::vector<double> values;
  for (std::size_t i = 0; i < replications(point); ++i) {
    const RunResult& run = experiment(point).runs[i].result;
    values.push_back(value(point, i, expression));
    if (std::isfinite(values.back())) continue;
    why = run.status != RunStatus::done
              ? fmt::format("replication {} {}: {}", i, name(run.status), run.diagnosis.substr(0, run.diagnosis.find('\n')))
          : experiment(point).steadiness.backlog_grows
              ? fmt::format("\"{}\" has no value: {}", expression.text(), experiment(point).steadiness.why.front().what)
              : fmt::format("\"{}\" has no value", expression.text());
    return {};
  }
  if (values.empty()) why = "not simulated";
  return values;
}

std::optional<Estimate> PointRuns::estimate(std::size_t point, const Expression& expression, std::string& why) const {
  const std::vector<double> found = values(point, expression, why);
  if (found.empty()) return std::nullopt;
  return ktlssim::estimate(expression.text(), "", found, random(point));
}

}  // namespace ktlssim
