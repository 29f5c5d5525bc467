// What is not known of a scenario's machine: the values of its profiles that state a range, and how they are drawn.
//
// A draw is a number. Together with the name of a profile's value it gives the value that this draw's machine has
// (emulator/quantile.hpp): values of one profile that share a cause have one name, so one draw serves every scenario in which
// the profile turns up, and both sides of a comparison. A value that the user writes as a plain number has no range, and
// is fixed.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct InexactValue {
  std::string pointer;  // in the effective scenario: /host/tcp/tcp_output_ns
  std::string profile;  // "host xeon-e5-1620v3"
  std::string place;    // in the profile: /tcp/tcp_output_ns
  std::string name;     // what is drawn as one: the profile, and the cause that it shares or its own place
  double value;         // what the profile says
  double low;
  double high;
  PriorLaw law;
  bool whole;  // a count: only whole numbers are drawn

  // That of draw `draw`, or at a quantile.
  double at_draw(std::size_t draw) const;
  double at(double quantile) const;
};

// In the order of the effective scenario.
std::vector<InexactValue> inexact_values(const Scenario& scenario);

// The scenario on the machine of draw `draw`; everything else stays as it is.
Scenario on_machine(const Scenario& scenario, std::size_t draw);
// The same with the value of one name at another quantile.
struct Replaced {
  std::string name;
  double quantile;
};
Scenario on_machine(const Scenario& scenario, std::size_t draw, const std::vector<Replaced>& replaced);

// By profile, by the place in it: "500..2000 log_uniform", and the cause that is shared. So that what was drawn can be told
// from what is in a profile now.
using Priors = std::map<std::string, std::map<std::string, std::string>>;
void add_priors(Priors& priors, const std::vector<InexactValue>& values);
// Profiles of `values` whose ranges `drawn` has otherwise, or does not have.
std::vector<std::string> changed_profiles(const Priors& drawn, const std::vector<InexactValue>& values);

}  // namespace ktlssim
