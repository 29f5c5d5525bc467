#include "sim/experiment/derive/step_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <string_view>

#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

bool is_per_byte(const std::string& pointer) {
  return pointer.find("_ns_per_byte") != std::string::npos || pointer.ends_with("/byte_ns");
}

bool is_time(const Parameter& parameter) {
  return parameter.type == ParameterType::quantity &&
         (parameter.pointer.ends_with("_ns") || is_per_byte(parameter.pointer));
}

// Every cost that a profile of this kind may have, by its pointer; of a driver, what its groups hold.
std::vector<std::string> costs_of(ProfileKind kind, const Json& profile) {
  const std::string prefix = fmt::format("/{}", name(kind));
  std::vector<std::string> all;
  for (const Parameter& parameter : scenario_parameters()) {
    if (!is_time(parameter) || !parameter.pointer.starts_with(prefix + "/")) continue;
    std::string pointer = parameter.pointer.substr(prefix.size());
    const std::string group = pointer.substr(0, pointer.rfind('/'));
    if (profile.contains(Json::json_pointer(group))) all.push_back(std::move(pointer));
  }
  return all;
}

std::string dotted(std::string pointer) {
  pointer.erase(0, 1);
  std::replace(pointer.begin(), pointer.end(), '/', '.');
  return pointer;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields{""};
  for (const char c : line) {
    if (c == ',')
      fields.emplace_back();
    else if (c != ' ' && c != '\t' && c != '\r')
      fields.back() += c;
  }
  return fields;
}

class TableReader {
 public:
  TableReader(const std::filesystem::path& table, ProfileKind kind, const Json& profile)
      : table_(table), kind_(kind), costs_(costs_of(kind, profile)) {}

  std::vector<MeasuredStep> read() {
    std::ifstream file(table_);
    if (!file) problems_.add(table_.string(), "", "", "cannot be read");
    problems_.throw_if_any();
    for (std::string line; std::getline(file, line);) {
      ++number_;
      const std::vector<std::string> fields = split(line);
      const bool blank = fields.size() == 1 && fields.front().empty();
      if (!blank && !line.starts_with('#') && !(steps_.empty() && fields.front() == "step")) read_step(line, fields);
    }
    if (problems_.empty() && steps_.empty())
      problems_.add(table_.string(), "", "", "no step is in it: expected lines of step,mean,unit");
    problems_.throw_if_any();
    return std::move(steps_);
  }

 private:
  std::string place() const { return fmt::format("line {}", number_); }
  void wrong(const std::string& text, std::string message) {
    problems_.add(table_.string(), place(), short_text(Json(text)), std::move(message));
  }

  void read_step(const std::string& line, const std::vector<std::string>& fields) {
    if (fields.size() != 3) return wrong(line, "expected step,mean,unit");
    const std::string pointer = find(fields[0]);
    const double mean = read_mean(fields[1]);
    const double factor = read_unit(fields[2], pointer);
    if (pointer.empty() || !problems_.empty()) return;
    const auto [first, is_new] = lines_.emplace(pointer, number_);
    if (!is_new) return wrong(fields[0], fmt::format("stands in line {} already", first->second));
    steps_.push_back({pointer,
                      {{"value", number_json(mean * factor)},
                       {"source", fmt::format("{}, {}", table_.filename().string(), place())},
                       {"confidence", "measured"}}});
  }

  // "ktls_frame_ns", "ktls.ktls_frame_ns" or "/ktls/ktls_frame_ns": its pointer; empty, and a problem, if there is none.
  std::string find(const std::string& step) {
    std::string end = step;
    std::replace(end.begin(), end.end(), '.', '/');
    if (!end.starts_with('/')) end.insert(0, 1, '/');
    std::vector<std::string> found;
    for (const std::string& cost : costs_)
      if (cost.ends_with(end)) found.push_back(cost);
    if (found.size() == 1) return found.front();
    if (found.empty()) {
      wrong(step, fmt::format("no such step of this {} profile{}", name(kind_), nearest(step)));
      return {};
    }
    for (std::string& one : found) one = dotted(one);
    wrong(step, fmt::format("several are called so: {}", fmt::join(found, ", ")));
    return {};
  }

  // The nearest one, as far as it was told with its group.
  std::string nearest(const std::string& step) const {
    const bool grouped = step.find_first_of("./", 1) != std::string::npos;
    std::vector<std::string> names;
    for (const std::string& cost : costs_)
      names.push_back(grouped ? dotted(cost) : cost.substr(cost.rfind('/') + 1));
    return did_you_mean(step, names);
  }

  double read_mean(const std::string& text) {
    double mean = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, mean);
    if (error != std::errc() || stop != end || !(mean >= 0 && mean <= 1e9))
      wrong(text, "expected a number from 0 to 1e9");
    return mean;
  }

  double read_unit(const std::string& text, const std::string& pointer) {
    const bool per_byte = is_per_byte(pointer);
    if (per_byte && text != "ns/byte") wrong(text, "expected ns/byte");
    if (!per_byte && text != "ns" && text != "us") wrong(text, "expected ns or us");
    return text == "us" ? 1e3 : 1;
  }

  std::filesystem::path table_;
  ProfileKind kind_;
  std::vector<std::string> costs_;
  Problems problems_;
  int number_ = 0;
  std::map<std::string, int> lines_;  // by pointer
  std::vector<MeasuredStep> steps_;
};

}  // namespace

std::vector<MeasuredStep> read_steps(const std::filesystem::path& table, ProfileKind kind, const Json& profile) {
  return TableReader(table, kind, profile).read();
}

void apply_steps(const std::vector<MeasuredStep>& steps, Json& profile) {
  for (const MeasuredStep& step : steps) profile[Json::json_pointer(step.pointer)] = step.value;
}

}  // namespace ktlssim
