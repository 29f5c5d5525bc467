// What no single parameter shows: combinations that cannot be.
#pragma once

#include "models/scenario.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Adds every impossible combination to `problems`. A profile that could not be read is not compared with
// anything.
void check_scenario(const Scenario& scenario, const Origins& origins, Problems& problems);

}  // namespace ktlssim
