// Profiles of the machine at hand: a driver from measured cipher costs, a host from its CPUs and, where a
// user has measured them on FreeBSD, its kernel's steps.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/calibrate/calibrate.hpp"
#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// A profile's JSON, every value measured.
Json driver_profile(const MachineDescription& machine, const std::vector<AlgorithmMeasurement>& algorithms);

// `base`, a host profile, with the CPUs of this machine.
Json host_profile(const MachineDescription& machine, const std::string& base);

// Writes what switches, wakeups, interrupts and copies cost here over the base's values.
void apply_thread_costs(const ThreadCosts& costs, Json& host);

// Records per second of `threads` threads that encrypt 16 KiB records, as the simulator predicts them.
double predict_threads(const MachineDescription& machine, const Json& driver, Cipher cipher, int threads);

}  // namespace ktlssim
