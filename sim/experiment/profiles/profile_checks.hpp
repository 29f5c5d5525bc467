// What no single value of a profile shows: counts that are not whole, and driver profiles that contradict
// themselves.
#pragma once

#include <string>

#include "models/driver_profile.hpp"
#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// `pointer` is where the profile stands in its file.
void check_profile(const HostProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems);
void check_profile(const KernelProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems);
void check_profile(const DriverProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems);

}  // namespace ktlssim
