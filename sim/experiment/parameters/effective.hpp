// A scenario with nothing left out, as JSON: what was simulated, in a form that reproduces it.
#pragma once

#include "models/scenario.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Every parameter, defaults included, and all profiles in full with source and confidence of each value.
// read_scenario(effective_json(s)) is s.
Json effective_json(const Scenario& scenario);

// The value of a parameter in what effective_json() gives: of one with a source its value, of a profile its name. Null
// where it is not there.
Json effective_value(const Json& effective, const std::string& pointer);

Json profile_json(const KernelProfile& profile);
Json profile_json(const HostProfile& profile);
Json profile_json(const DriverProfile& profile);

// Values of the profile that the user wrote over it.
std::size_t changed_values(const KernelProfile& profile);
std::size_t changed_values(const HostProfile& profile);
std::size_t changed_values(const DriverProfile& profile);

}  // namespace ktlssim
