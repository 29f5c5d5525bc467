// The numbers of a scenario and its profiles that can be varied to see what leans on them.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/run/variant_runs.hpp"

namespace ktlssim {

struct VariedParameter {
  std::string pointer;
  double value;
  double low;  // the values compared; a count changes by one at the least
  double high;
  std::string confidence;  // of a profile's value; empty for a parameter of the scenario

  std::string set_low() const;  // "/POINTER=VALUE"
  std::string set_high() const;
};

struct NotVaried {
  std::string pointer;
  std::string why;
};

// Every number that is not zero, with values `fraction` below and above; those with which the scenario is
// none go to `not_varied`. Priorities, the seed and the times of measuring are left out.
std::vector<VariedParameter> varied_parameters(const Variant& variant, double fraction,
                                               std::vector<NotVaried>& not_varied);

}  // namespace ktlssim
