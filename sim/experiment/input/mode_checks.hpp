// What TLS in user mode, and what-ifs of a card, need of the rest of a scenario.
#pragma once

#include "models/scenario.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"

namespace ktlssim {

// Reports every contradiction, by file, pointer and value.
void check_modes(const Scenario& scenario, const Origins& origins, Problems& problems);

}  // namespace ktlssim
