#include "sim/experiment/parameters/parameter_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "models/scenario.hpp"
#include "sim/experiment/parameters/list_pointers.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

class Collector final : public ParameterVisitor {
 public:
  explicit Collector(std::vector<Parameter>& list) : list_(list) {}

  void integer(std::string_view name, std::int64_t&, Range<std::int64_t> range,
               std::string_view meaning) override {
    add(name, ParameterType::integer, fmt::format("{}", range.fallback),
        fmt::format("{} to {}", range.min, range.max), meaning);
  }
  void number(std::string_view name, double&, Range<double> range, std::string_view meaning) override {
    add(name, ParameterType::number, number_json(range.fallback).dump(),
        fmt::format("{} to {}", range.min, range.max), meaning);
  }
  void flag(std::string_view name, bool&, bool fallback, std::string_view meaning) override {
    add(name, ParameterType::flag, fallback ? "true" : "false", "true, false", meaning);
  }
  void text(std::string_view name, std::string&, std::string_view fallback,
            std::string_view meaning) override {
    add(name, ParameterType::text, Json(fallback).dump(), "text", meaning);
  }
  void quantity(std::string_view name, Quantity&, CostRange range, std::string_view meaning) override {
    add(name, ParameterType::quantity, "", fmt::format("{} to {}", range.min, range.max), meaning);
  }
  void optional_quantity(std::string_view name, Quantity& field, CostRange range,
                         std::string_view meaning) override {
    quantity(name, field, range, meaning);
    list_.back().optional = true;
  }
  void fact_index(std::string_view name, int&, std::shared_ptr<const Provenance>&,
                  std::span<const std::string_view> names, std::string_view meaning) override {
    add(name, is_flag(names) ? ParameterType::flag : ParameterType::choice, "",
        fmt::format("{}", fmt::join(names, ", ")), meaning);
  }
  void choice_index(std::string_view name, int&, std::span<const std::string_view> names, int fallback,
                    std::string_view meaning) override {
    add(name, ParameterType::choice, Json(names[static_cast<std::size_t>(fallback)]).dump(),
        fmt::format("{}", fmt::join(names, ", ")), meaning);
  }
  void read_by(const Readers& readers) override {
    if (list_.back().type == ParameterType::group) groups_.back().push_back(readers);
    list_.back().readers.push_back(readers);
  }
  void begin_group(std::string_view name, std::string_view meaning) override {
    open(name, ParameterType::group, "", meaning);
  }
  bool begin_optional_group(std::string_view name, bool&, std::string_view meaning) override {
    begin_group(name, meaning);
    return true;
  }
  void end_group() override {
    prefix_.resize(prefix_.rfind('/'));
    groups_.pop_back();
  }

  void open(std::string_view name, ParameterType type, std::string allowed, std::string_view meaning) {
    add(name, type, "", std::move(allowed), meaning);
    prefix_ = child_pointer(prefix_, name);
    groups_.emplace_back();
  }

  // What a profile within a scenario can hold beside its values.
  void add_names() {
    add("profile", ParameterType::text, "", "a profile's name or path",
        "the profile to which the values here are changes");
    add("name", ParameterType::text, "", "text", "what to call the result, used in output");
  }

  void add(std::string_view name, ParameterType type, std::string fallback, std::string allowed,
           std::string_view meaning) {
    std::vector<Readers> readers;
    for (const std::vector<Readers>& group : groups_) readers.insert(readers.end(), group.begin(), group.end());
    list_.push_back({child_pointer(prefix_, name), type, std::move(fallback), std::move(allowed),
                     std::string(meaning), std::move(readers), false});
  }

 private:
  std::vector<Parameter>& list_;
  std::string prefix_;
  std::vector<std::vector<Readers>> groups_;  // of those that are open
};

std::string_view last_name(std::string_view pointer) {
  return pointer.substr(std::min(pointer.size(), pointer.rfind('/') + 1));
}

// Who does not read the cost of a step does not read what it is made of.
void add_readers_of_costs(std::vector<Parameter>& list) {
  constexpr std::string_view kSteps = "/host/steps/";
  std::map<std::string, std::vector<Readers>> of_costs;
  for (const Parameter& parameter : list)
    if (parameter.optional && !parameter.pointer.starts_with(kSteps))
      of_costs.emplace(last_name(parameter.pointer), parameter.readers);
  for (Parameter& parameter : list) {
    if (!parameter.pointer.starts_with(kSteps)) continue;
    const std::string step = parameter.pointer.substr(kSteps.size(), parameter.pointer.find('/', kSteps.size()) - kSteps.size());
    if (const auto cost = of_costs.find(step); cost != of_costs.end())
      parameter.readers.insert(parameter.readers.end(), cost->second.begin(), cost->second.end());
  }
}

}  // namespace

std::vector<Parameter> scenario_parameters() {
  constexpr std::string_view kProfile =
      "a profile's name or path, or an object: {\"profile\": that, values to change}";
  std::vector<Parameter> list;
  Collector collector(list);
  Scenario scenario{};
  collector.open("kernel", ParameterType::profile, std::string(kProfile), "which kernel the machine runs");
  collector.add_names();
  describe(collector, scenario.kernel);
  collector.end_group();
  collector.open("host", ParameterType::profile, std::string(kProfile), "the machine and its kernel's costs");
  collector.add_names();
  describe(collector, scenario.host);
  collector.end_group();
  add_readers_of_costs(list);
  collector.open("driver", ParameterType::profile, std::string(kProfile),
                 "the OpenCrypto driver and its device");
  collector.add_names();
  describe(collector, scenario.driver);
  collector.end_group();
  collector.add("other_drivers", ParameterType::list, "[]", "a list of what /driver can be",
                "drivers beside it, from which OpenCrypto selects for each algorithm; /other_drivers/0/... reaches the "
                "first, as /drivers/1/... does, where /drivers/0 is /driver");
  collector.open("session_groups", ParameterType::list, "a list",
                 "the first sessions, group after group; those left over are as /tls says; /sessions/0 is the first as well");
  collector.open("N", ParameterType::group, "", "a group, from /session_groups/0 on");
  SessionGroup session_group{};
  describe(collector, session_group);
  collector.end_group();
  collector.end_group();
  describe(collector, scenario);
  return list;
}

const Readers* unmet(const Parameter& parameter, const Scenario& scenario) {
  const auto found = std::find_if(parameter.readers.begin(), parameter.readers.end(),
                                  [&](const Readers& readers) { return !readers.read(scenario); });
  return found == parameter.readers.end() ? nullptr : &*found;
}

const Parameter* find_parameter(const std::vector<Parameter>& parameters, std::string_view pointer) {
  const auto with_pointer = [&](std::string_view wanted) {
    return std::ranges::find(parameters, wanted, [](const Parameter& p) { return std::string_view(p.pointer); });
  };
  auto found = with_pointer(pointer);
  if (found == parameters.end()) found = with_pointer(declared_pointer(std::string(pointer)));
  return found == parameters.end() ? nullptr : &*found;
}

std::string nearest_pointer(const std::vector<Parameter>& parameters, std::string_view pointer) {
  constexpr std::size_t kNameWeight = 3;
  const std::string_view given = pointer.substr(0, 200);
  std::string best;
  std::size_t best_distance = std::numeric_limits<std::size_t>::max();
  for (const Parameter& parameter : parameters) {
    const std::size_t distance = kNameWeight * edit_distance(last_name(given), last_name(parameter.pointer)) +
                                 edit_distance(given, parameter.pointer);
    if (distance >= best_distance) continue;
    best = parameter.pointer;
    best_distance = distance;
  }
  return best;
}

}  // namespace ktlssim
