// What is odd about a scenario's kernel together with the rest of it, though it can be simulated.
#pragma once

#include <string>
#include <vector>

#include "models/scenario.hpp"

namespace ktlssim {

// A sentence each: a driver that the kernel does not have, with one that it has; a value that hides the
// kernel's own; NIC TLS that is there and not used.
std::vector<std::string> kernel_notes(const Scenario& scenario);

}  // namespace ktlssim
