// Kernel, host and driver profiles: finding them by name, and reading them where a scenario names, changes or
// contains one.
//
// A profile NAME is the file profiles/hosts/NAME.json, profiles/drivers/NAME.json or
// profiles/kernels/NAME.json, every value of it an object {"value", "source", "confidence"}. The directory is $KTLSSIM_DATA/profiles if that variable is set, else
// models/profiles of the source tree if it is still there, else the installed one. Kernels and steps are taken from
// the latter two where the first has no directory of them. A host with a core and no steps of its own has those of
// profiles/steps/freebsd.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/driver_profile.hpp"
#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

enum class ProfileKind { host, driver, kernel, steps };

std::filesystem::path profile_directory(ProfileKind kind);

// Sorted. Empty if the directory cannot be read.
std::vector<std::string> profile_names(ProfileKind kind);

// Throw InputError if there is no such profile or it is not sound.
HostProfile load_host_profile(const std::string& name);
DriverProfile load_driver_profile(const std::string& name);
KernelProfile load_kernel_profile(const std::string& name);

// Throw InputError if the file does not hold a sound profile, wherever it lies.
void check_host_file(const std::filesystem::path& path);
void check_driver_file(const std::filesystem::path& path);
void check_kernel_file(const std::filesystem::path& path);

// Reads what a scenario says at `pointer`: a profile's name; {"profile": NAME, values to change}, groups
// merged key by key; or a complete profile of its own, which may have a "name".
void read_host(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
               HostProfile& profile);
void read_driver(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 DriverProfile& profile);
void read_kernel(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 KernelProfile& profile);

}  // namespace ktlssim
