// What a scenario leaves out and its kernel decides, and what a host's profile says instead of the kernel's.
#pragma once

#include "models/scenario.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Fills in what `json`, from which `scenario` was read, does not say. Precondition: all profiles of it are
// read.
void apply_kernel(const Json& json, Scenario& scenario);

}  // namespace ktlssim
