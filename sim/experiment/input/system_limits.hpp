// What the system at hand lets a run have, looked at before it begins.
#pragma once

#include <optional>

#include "models/scenario.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// A run of `scenario` would not fit into the memory that is left; nothing if it would, or where the system does not say.
std::optional<Problem> beyond_memory(const Scenario& scenario);

// SimGrid gives each thread a stack with a guard, two maps of memory, of which a process may have vm.max_map_count.
// Throws InputError where a run on it would have more.
void require_simgrid_carries(const Scenario& scenario);

}  // namespace ktlssim
