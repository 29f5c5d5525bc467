// Every parameter of a scenario in a flat list, as describe() declares them: for `--set` and for the
// documentation.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ktlssim {

enum class ParameterType { group, profile, integer, number, flag, text, quantity, choice };

struct Parameter {
  std::string pointer;  // in a scenario, for example "/ktls/workers" or "/host/scheduler/wakeup_ns"
  ParameterType type;
  std::string fallback;  // JSON text; empty for what has no default
  std::string allowed;   // "0 to 1024", "driver, blocking"
  std::string meaning;

  bool in_profile() const {
    return pointer.starts_with("/host/") || pointer.starts_with("/driver/") || pointer.starts_with("/kernel/");
  }
};

// Groups included, in the order of declaration; "/kernel", "/host" and "/driver" with everything a profile can hold.
std::vector<Parameter> scenario_parameters();

// The parameter whose pointer is `pointer`, or null.
const Parameter* find_parameter(const std::vector<Parameter>& parameters, std::string_view pointer);

// The pointer that was probably meant; the last name counts most. Never empty.
std::string nearest_pointer(const std::vector<Parameter>& parameters, std::string_view pointer);

}  // namespace ktlssim
