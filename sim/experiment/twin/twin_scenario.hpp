// The scenario of a setting of the twin, made of the setting and of costs that were measured by themselves.
#pragma once

#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

inline constexpr double kTwinWarmupMs = 20;  // simulated before, and while it counts
inline constexpr double kTwinMeasuredMs = 60;

// The scenario file of a setting on `cpus` CPUs, with each cost at its median; all that takes CPU time takes longer by
// what the system's own interrupts take of it (background_share).
Json twin_scenario(const TwinSetting& setting, const ThreadCosts& costs, int cpus);

}  // namespace ktlssim
