// The engine on SimGrid: every simulated thread is an S4U actor on the host that is its CPU.
#pragma once

#include <memory>

#include "sim/engine/engine.hpp"

namespace ktlssim {

// At most one in a process. Loads SimGrid.
std::unique_ptr<Engine> make_simgrid_engine();
// Loads SimGrid beforehand, for all children that are forked later.
void load_simgrid_engine();

}  // namespace ktlssim
