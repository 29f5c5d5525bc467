// Every parameter of a scenario in a flat list, as describe() declares them: for `--set` and for the
// documentation.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "models/parameter_visitor.hpp"

namespace ktlssim {

enum class ParameterType { group, list, profile, integer, number, flag, text, quantity, choice };
inline constexpr std::array<std::string_view, 9> kParameterTypeNames{"group", "list", "profile",  "integer", "number",
                                                                     "flag",  "text", "quantity", "choice"};
inline std::string_view name(ParameterType type) { return kParameterTypeNames[static_cast<std::size_t>(type)]; }

struct Parameter {
  std::string pointer;  // in a scenario, for example "/ktls/workers" or "/host/scheduler/wakeup_ns"
  ParameterType type;
  std::string fallback;  // JSON text; empty for what has no default
  std::string allowed;   // "0 to 1024", "driver, blocking"
  std::string meaning;
  std::vector<Readers> readers;  // conditions that must all hold: those of the groups around it, then its own
  bool optional = false;         // a value of a profile that may be left out

  bool in_profile() const {
    return pointer.starts_with("/host/") || pointer.starts_with("/driver/") || pointer.starts_with("/kernel/");
  }
};

// Groups included, in the order of declaration; "/kernel", "/host" and "/driver" with everything a profile can hold. What
// is in a list has N for its index; elements of "/other_drivers" hold what "/driver" does, and are not repeated.
std::vector<Parameter> scenario_parameters();

// The first condition under which `parameter` would be read that `scenario` does not meet; null if it is read.
const Readers* unmet(const Parameter& parameter, const Scenario& scenario);

// The parameter that `pointer` names, or null. Elements of lists count from 0: "/other_drivers/0/kind" and
// "/drivers/1/kind" are found as "/driver/kind", "/sessions/2/cipher" as "/session_groups/N/cipher".
const Parameter* find_parameter(const std::vector<Parameter>& parameters, std::string_view pointer);

// The pointer that was probably meant; the last name counts most. Never empty.
std::string nearest_pointer(const std::vector<Parameter>& parameters, std::string_view pointer);

}  // namespace ktlssim
