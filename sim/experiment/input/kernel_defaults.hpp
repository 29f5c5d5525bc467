// What a scenario leaves out and its kernel decides, and what a host's profile says instead of the kernel's.
#pragma once

#include "models/scenario.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Fills in what `json` (an object), from which `scenario` was read, does not say. Precondition: all profiles
// and session groups of it are read.
void apply_kernel(const Json& json, Scenario& scenario);

// Whether NIC TLS has sessions, or a group says that it is not for it: the NIC is asked first, session by session.
bool nic_takes_any(const Scenario& scenario);

}  // namespace ktlssim
