// Kernel, host and driver profiles, read where a scenario names, changes or contains one.
//
// A profile's file holds a complete profile, every value of it an object {"value", "source", "confidence"}; or
// "profile", a reference to another, and what it changes of that one. What it does not change keeps its source. A host
// with a core and no steps of its own has those of profiles/steps/freebsd.json.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/driver_profile.hpp"
#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"
#include "sim/experiment/profiles/profile_files.hpp"
#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// By name, or by a path relative to the current directory. Throw InputError if there is no such profile or it is not
// sound.
HostProfile load_host_profile(const std::string& reference);
DriverProfile load_driver_profile(const std::string& reference);
KernelProfile load_kernel_profile(const std::string& reference);

// Throw InputError if the file does not hold a sound profile, wherever it lies.
void check_host_file(const std::filesystem::path& path);
void check_driver_file(const std::filesystem::path& path);
void check_kernel_file(const std::filesystem::path& path);
// A file like profiles/steps/freebsd.json, which states every step.
void check_steps_file(const std::filesystem::path& path);

// Tells of steps of the host at `pointer` that compose() could not give a cost.
void add_uncomposed(const std::vector<Uncomposed>& steps, const std::string& pointer, const Origins& origins,
                    Problems& problems);

// Reads what a scenario says at `pointer`: a profile's name or path; {"profile": that, values to change}, groups
// merged key by key; or a complete profile of its own, which may have a "name".
void read_host(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
               HostProfile& profile);
void read_driver(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 DriverProfile& profile);
void read_kernel(const Json& value, const std::string& pointer, const Origins& origins, Problems& problems,
                 KernelProfile& profile);

}  // namespace ktlssim
