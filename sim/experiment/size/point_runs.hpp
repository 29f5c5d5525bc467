// Points of a scenario, each simulated as often as it takes to know something of it, with common random numbers.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/expression/expression.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/size/vary_axis.hpp"

namespace ktlssim {

// Throws InputError, under the name of `option`, unless every name is a metric and every pointer a parameter.
Expression checked_expression(const std::string& text, const std::string& option);

class PointRuns {
 public:
  // Reads the scenario; `sets` are those of every point. Throws InputError.
  PointRuns(const std::filesystem::path& scenario, std::vector<std::string> sets, Pool pool);

  // Throws InputError, under the name of `option`, where an axis has a value that the scenario cannot have, whatever the
  // others have: of long axes and of the others the first and the last value are tried. What to say where nothing reads any
  // of its values.
  std::optional<Problem> check(const VaryAxis& axis, const std::vector<VaryAxis>& others, const std::string& option) const;
  // The same of each, and throws that too.
  void check(const std::vector<VaryAxis>& axes, const std::string& option) const;

  // The same twice is one. Returns its number, from 0. What a scenario cannot have is a point without runs.
  std::size_t add(const std::vector<Assignment>& values);
  // Until each has so many replications. False if interrupted.
  bool extend(const std::vector<std::pair<std::size_t, std::size_t>>& counts);

  std::size_t points() const { return points_.size(); }
  std::size_t simulated() const { return simulated_; }
  // Why there can be no runs; empty: there can.
  const std::string& refused(std::size_t point) const { return points_.at(point).refused; }
  const Scenario& scenario(std::size_t point) const { return points_.at(point).scenario.value(); }
  const Experiment& experiment(std::size_t point) const { return points_.at(point).experiment; }
  std::size_t replications(std::size_t point) const { return points_.at(point).experiment.runs.size(); }
  // Of the replication at that place among those of the point; NaN where it has no value.
  double value(std::size_t point, std::size_t replication, const Expression& expression) const;
  // Of all replications; empty, and the reason in `why`, unless all of them are done and have one.
  std::vector<double> values(std::size_t point, const Expression& expression, std::string& why) const;
  bool random(std::size_t point) const { return experiment(point).runs.front().result.random; }
  // Their mean; nothing where they are empty.
  std::optional<Estimate> estimate(std::size_t point, const Expression& expression, std::string& why) const;
  // What the scenario has at a parameter.
  Json parameter(std::size_t point, const std::string& pointer) const;

 private:
  struct Point {
    std::optional<Scenario> scenario;
    Json effective;
    std::string refused;
    Experiment experiment;
  };

  std::filesystem::path path_;
  Json json_;
  std::vector<std::string> sets_;
  Pool pool_;
  std::map<std::string, std::size_t> index_;
  std::vector<Point> points_;
  std::size_t simulated_ = 0;
};

}  // namespace ktlssim
