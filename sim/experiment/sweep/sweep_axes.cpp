#include "sim/experiment/sweep/sweep_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "models/counted.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

namespace {

// 4.0 is 4, so that a value is one however it is written.
Json plain_number(const Json& value) {
  constexpr double kWhole = 9e15;
  if (!value.is_number_float()) return value;
  const double number = value.get<double>();
  return std::trunc(number) == number && std::abs(number) < kWhole ? Json(static_cast<std::int64_t>(number)) : value;
}

// To twelve digits: 0.3 rather than 0.30000000000000004, on every machine.
double rounded(double value) { return std::strtod(fmt::format("{:.12g}", value).c_str(), nullptr); }

class AxisReader {
 public:
  AxisReader(const std::string& file, const std::vector<Parameter>& parameters, Problems& problems)
      : file_(file), parameters_(parameters), problems_(problems) {}

  std::vector<SweepAxis> read(const Json& json) {
    const auto found = json.find("parameters");
    if (found == json.end()) {
      problems_.add(file_, "/parameters", "", "missing: an object of grid, zip, list");
      return {};
    }
    if (!is_object(*found, "/parameters")) return {};
    static const std::vector<std::string> kinds{"grid", "zip", "list"};
    for (const auto& item : found->items())
      if (std::find(kinds.begin(), kinds.end(), item.key()) == kinds.end())
        problem(child_pointer("/parameters", item.key()), item.value(),
                fmt::format("unknown key; allowed here: {}{}", quoted_list(kinds),
                            did_you_mean(item.key(), kinds)));
    if (found->contains("grid")) grid(found->at("grid"));
    if (found->contains("zip")) zip(found->at("zip"));
    if (found->contains("list")) list(found->at("list"));
    if (axes_.empty() && problems_.empty()) problem("/parameters", *found, "nothing varies");
    return std::move(axes_);
  }

 private:
  struct Values {
    std::vector<Json> values;
    std::vector<std::string> places;
  };

  void problem(const std::string& pointer, const Json& value, std::string message) {
    problems_.add(file_, pointer, short_text(value), std::move(message));
  }

  bool is_object(const Json& value, const std::string& at) {
    if (value.is_object()) return true;
    problem(at, value, fmt::format("expected an object, got {}", type_text(value)));
    return false;
  }

  // Null, and a problem, if `pointer` names nothing that can vary.
  const Parameter* parameter(const std::string& pointer, const std::string& at) {
    const Parameter* found = find_parameter(parameters_, pointer);
    if (!found) {
      problems_.add(
          file_, at, "",
          fmt::format("no such parameter; did you mean {}?", nearest_pointer(parameters_, pointer)));
    } else if (found->type == ParameterType::group) {
      problems_.add(file_, at, "", "a group of parameters: name one of them");
      return nullptr;
    } else if (!seen_.insert(canonical_pointer(pointer)).second) {
      problems_.add(file_, at, "", "varies twice");
      return nullptr;
    }
    return found;
  }

  void grid(const Json& json) {
    if (!is_object(json, "/parameters/grid")) return;
    for (const auto& item : json.items()) {
      const std::string at = child_pointer("/parameters/grid", item.key());
      const Parameter* found = parameter(item.key(), at);
      if (!found) continue;
      const Values read = values(*found, item.value(), at);
      SweepAxis axis{{item.key()}, {}, {}};
      std::set<std::string> texts;
      for (std::size_t i = 0; i < read.values.size(); ++i) {
        if (!texts.insert(read.values[i].dump()).second) {
          // Rounding may make neighbours of a range equal; in a list it is an oversight.
          if (item.value().is_array()) problem(read.places[i], read.values[i], "appears twice");
          continue;
        }
        axis.rows.push_back({read.values[i]});
        axis.places.push_back({read.places[i]});
      }
      axes_.push_back(std::move(axis));
    }
  }

  void zip(const Json& json) {
    if (!is_object(json, "/parameters/zip")) return;
    SweepAxis axis;
    for (const auto& item : json.items()) {
      const std::string at = child_pointer("/parameters/zip", item.key());
      const Parameter* found = parameter(item.key(), at);
      if (!found) continue;
      const Values read = values(*found, item.value(), at);
      if (read.values.empty()) continue;
      if (axis.pointers.empty()) {
        axis.rows.resize(read.values.size());
        axis.places.resize(read.values.size());
      }
      if (axis.rows.size() != read.values.size()) {
        problem(at, item.value(),
                fmt::format("{}, but {} has {}: in zip all have the same number", counted(read.values.size(), "value"),
                            axis.pointers.front(), axis.rows.size()));
        continue;
      }
      axis.pointers.push_back(item.key());
      for (std::size_t i = 0; i < axis.rows.size(); ++i) {
        axis.rows[i].push_back(read.values[i]);
        axis.places[i].push_back(read.places[i]);
      }
    }
    refuse_rows_twice(axis);
    if (!axis.pointers.empty()) axes_.push_back(std::move(axis));
  }

  // A row of values that was there already would be the same point once more.
  void refuse_rows_twice(const SweepAxis& axis) {
    std::set<std::string> rows;
    for (std::size_t row = 0; row < axis.rows.size(); ++row)
      if (!axis.rows[row].empty() && !rows.insert(Json(axis.rows[row]).dump()).second)
        problem(axis.places[row].front(), axis.rows[row].front(), "the values of this row appear twice");
  }

  void list(const Json& json) {
    if (!json.is_array() || json.empty())
      return problem("/parameters/list", json, "expected a list of objects {POINTER: value, ...}");
    SweepAxis axis;
    for (std::size_t row = 0; row < json.size(); ++row) {
      const std::string at = child_pointer("/parameters/list", std::to_string(row));
      if (!is_object(json[row], at)) continue;
      if (row == 0)
        for (const auto& item : json[row].items())
          if (parameter(item.key(), child_pointer(at, item.key()))) axis.pointers.push_back(item.key());
      if (row > 0) check_same_pointers(json[0], json[row], at);
      std::vector<Json> values;
      std::vector<std::string> places;
      for (const std::string& pointer : axis.pointers) {
        values.push_back(plain_number(json[row].value(pointer, Json())));
        places.push_back(child_pointer(at, pointer));
      }
      axis.rows.push_back(std::move(values));
      axis.places.push_back(std::move(places));
    }
    refuse_rows_twice(axis);
    if (!axis.pointers.empty()) axes_.push_back(std::move(axis));
  }

  void check_same_pointers(const Json& first, const Json& row, const std::string& at) {
    if (!first.is_object()) return;
    for (const auto& item : first.items())
      if (!row.contains(item.key()))
        problem(at, row, fmt::format("{} is missing, which the first row has", item.key()));
    for (const auto& item : row.items())
      if (!first.contains(item.key()))
        problem(child_pointer(at, item.key()), item.value(), "the first row does not have it");
  }

  Values values(const Parameter& parameter, const Json& json, const std::string& at) {
    Values read;
    if (json.is_array()) {
      if (json.empty()) problem(at, json, "expected at least one value");
      for (std::size_t i = 0; i < json.size(); ++i) {
        read.values.push_back(plain_number(json[i]));
        read.places.push_back(child_pointer(at, std::to_string(i)));
      }
      return read;
    }
    if (!json.is_object() || json.size() != 1 || !(json.contains("linear") || json.contains("log"))) {
      problem(at, json,
              "expected a list of values, {\"linear\": {\"from\", \"to\", \"steps\"}} or {\"log\": {...}}");
      return read;
    }
    const bool is_number = parameter.type == ParameterType::integer ||
                           parameter.type == ParameterType::number ||
                           parameter.type == ParameterType::quantity;
    if (!is_number) {
      problem(at, json, "a range needs a parameter that is a number; list the values");
      return read;
    }
    const bool log = json.contains("log");
    const std::string range_at = child_pointer(at, log ? "log" : "linear");
    read.values = range(json.front(), range_at, log, parameter.type == ParameterType::integer);
    read.places.assign(read.values.size(), range_at);
    return read;
  }

  bool number(const Json& json, const std::string& at, const std::string& key, double& value) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_number()) {
      value = found->get<double>();
      return true;
    }
    problem(child_pointer(at, key), found == json.end() ? json : *found, "expected a number");
    return false;
  }

  std::vector<Json> range(const Json& json, const std::string& at, bool log, bool whole) {
    if (!is_object(json, at)) return {};
    static const std::vector<std::string> keys{"from", "to", "steps"};
    for (const auto& item : json.items())
      if (std::find(keys.begin(), keys.end(), item.key()) == keys.end())
        problem(child_pointer(at, item.key()), item.value(),
                fmt::format("unknown key; allowed here: {}{}", quoted_list(keys),
                            did_you_mean(item.key(), keys)));
    double from = 0;
    double to = 0;
    double steps = 0;
    const bool has_from = number(json, at, "from", from);  // all three are read, for all their problems
    const bool has_to = number(json, at, "to", to);
    const bool has_steps = number(json, at, "steps", steps);
    if (!has_from || !has_to || !has_steps) return {};
    if (std::trunc(steps) != steps || steps < 2 || steps > static_cast<double>(kMaxPoints)) {
      problem(
          child_pointer(at, "steps"), json.at("steps"),
          fmt::format("expected an integer from 2 to {}: how many values, both ends included", kMaxPoints));
      return {};
    }
    if (log && (from <= 0 || to <= 0)) {
      problem(at, json, "a logarithmic range needs ends above zero");
      return {};
    }
    std::vector<Json> values;
    for (double i = 0; i < steps; ++i) {
      const double part = i / (steps - 1);
      double value = log ? from * std::pow(to / from, part) : from + (to - from) * part;
      if (i == steps - 1) value = to;
      values.push_back(number_json(whole ? std::round(value) : rounded(value)));
    }
    return values;
  }

  const std::string& file_;
  const std::vector<Parameter>& parameters_;
  Problems& problems_;
  std::set<std::string> seen_;
  std::vector<SweepAxis> axes_;
};

}  // namespace

std::vector<SweepAxis> read_axes(const Json& json, const std::string& file,
                                 const std::vector<Parameter>& parameters, Problems& problems) {
  return AxisReader(file, parameters, problems).read(json);
}

}  // namespace ktlssim
