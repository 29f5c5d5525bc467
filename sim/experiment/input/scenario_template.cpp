#include "sim/experiment/input/scenario_template.hpp"

#include <fmt/format.h>

#include <vector>

#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

namespace {

std::string description_of(ProfileKind kind, const std::string& reference) {
  switch (kind) {
    case ProfileKind::host:
      return load_host_profile(reference).description;
    case ProfileKind::driver:
      return load_driver_profile(reference).description;
    case ProfileKind::kernel:
    case ProfileKind::steps:
      break;
  }
  return load_kernel_profile(reference).description;
}

std::string comment_on(const Parameter& parameter, const Json& value) {
  if (parameter.type == ParameterType::profile && value.is_string())
    for (const ProfileKind kind : kProfileKinds)
      if (parameter.pointer == fmt::format("/{}", name(kind)) && find_profile(kind, value.get<std::string>()))
        return fmt::format("{}: {} Others: ktlssim profiles.", parameter.meaning,
                           description_of(kind, value.get<std::string>()));
  std::string text = parameter.meaning;
  if (!parameter.allowed.empty() && parameter.allowed != "text") text += fmt::format("; {}", parameter.allowed);
  return parameter.fallback.empty() ? text : fmt::format("{}; {} unless given", text, parameter.fallback);
}

}  // namespace

Json commented_scenario(std::span<const Assignment> values, const std::string& from) {
  const std::vector<Parameter> parameters = scenario_parameters();
  Json scenario{{"//", "Keys that begin with // are comments. All that may stand here: ktlssim parameters."}};
  for (const auto& [pointer, value] : values) {
    const std::size_t slash = pointer.rfind('/');
    const std::string key = pointer.substr(slash + 1);
    Json& group = scenario[Json::json_pointer(pointer.substr(0, slash))];
    const Parameter* const parameter = find_parameter(parameters, pointer);
    if (parameter != nullptr && key != "name" && key != "description")
      group[fmt::format("// {}", key)] = comment_on(*parameter, value);
    group[key] = value;
  }
  read_scenario(scenario, from);
  return scenario;
}

}  // namespace ktlssim
