#include "sim/experiment/sensitivity/varied_parameters.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

bool is_varied(const Parameter& parameter) {
  if (parameter.type != ParameterType::quantity && parameter.type != ParameterType::number &&
      parameter.type != ParameterType::integer)
    return false;
  const std::string& p = parameter.pointer;
  const std::string_view name = std::string_view(p).substr(p.rfind('/') + 1);
  return p != "/seed" && !p.starts_with("/measure/") && !p.starts_with("/faults/") &&
         !p.starts_with("/kernel/") && !p.starts_with("/host/steps/") &&  // steps are varied as a whole
         !name.starts_with("pri_") && name != "preempt_thresh" && name != "bind_threads";
}

// Profiles' values that are counts have no unit in their name; some that are ratios have none either.
bool is_count(const Parameter& parameter) {
  if (parameter.type == ParameterType::integer) return true;
  const std::string_view name = std::string_view(parameter.pointer).substr(parameter.pointer.rfind('/') + 1);
  return parameter.type == ParameterType::quantity && parameter.pointer.find("_ns") == std::string::npos &&
         !name.ends_with("_gbps") && !name.ends_with("_per_s") && name != "smt_speed" &&
         name != "copy_passes";
}

std::string setting(const std::string& pointer, double value) {
  return fmt::format("{}={}", pointer, number_json(value).dump());
}

bool accepted(const Variant& variant, const VariedParameter& parameter, std::vector<NotVaried>& not_varied) {
  try {
    load_scenario(variant.scenario, with(variant, parameter.set_low()).sets);
    load_scenario(variant.scenario, with(variant, parameter.set_high()).sets);
    return true;
  } catch (const InputError& error) {
    not_varied.push_back({parameter.pointer, error.problems().front().message});
    return false;
  }
}

}  // namespace

std::string VariedParameter::set_low() const { return setting(pointer, low); }
std::string VariedParameter::set_high() const { return setting(pointer, high); }

std::vector<VariedParameter> varied_parameters(const Variant& variant, double fraction,
                                               std::vector<NotVaried>& not_varied) {
  std::vector<VariedParameter> all;
  const Json effective = effective_json(load_scenario(variant.scenario, variant.sets));
  for (const Parameter& parameter : scenario_parameters()) {
    if (!is_varied(parameter)) continue;
    const Json::json_pointer at(parameter.pointer);
    if (!effective.contains(at)) continue;
    const Json& json = effective.at(at);
    const double value = json.is_object() ? json.at("value").get<double>() : json.get<double>();
    if (value == 0) continue;
    VariedParameter varied{parameter.pointer, value, value * (1 - fraction), value * (1 + fraction),
                           json.is_object() ? json.value("confidence", "") : ""};
    if (is_count(parameter)) {
      varied.low = std::round(varied.low);
      varied.high = std::round(varied.high);
      if (varied.low == varied.high) varied.high = value + 1;
    }
    if (accepted(variant, varied, not_varied)) all.push_back(std::move(varied));
  }
  return all;
}

}  // namespace ktlssim
