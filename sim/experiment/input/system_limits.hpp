// What the system at hand lets a run have, looked at before it begins.
#pragma once

#include <cstdint>
#include <optional>

#include "models/scenario.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Memory that a process can still get, by the system's free memory, its control group and `ulimit -v`; nothing where the
// system does not say.
std::optional<double> available_memory_bytes();

// A run of `scenario` would not fit into that; nothing if it would.
std::optional<Problem> beyond_memory(const Scenario& scenario);

// SimGrid gives each thread a stack with a guard, two maps of memory, of which a process may have vm.max_map_count.
// Throws InputError where a run on it would have more.
void require_simgrid_carries(const Scenario& scenario);

}  // namespace ktlssim
