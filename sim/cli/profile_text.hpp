// A profile as text: every value with its unit, how far it can be trusted and its source.
#pragma once

#include <string>

#include "models/driver_profile.hpp"
#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"

namespace ktlssim {

std::string profile_text(HostProfile profile);
std::string profile_text(DriverProfile profile);
std::string profile_text(KernelProfile profile);

}  // namespace ktlssim
