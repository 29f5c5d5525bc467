// Scenarios drawn at random: a workload, a network, drivers and TLS, and some parameters of the one table, each with a
// value from all that it allows.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "models/scenario.hpp"

namespace ktlssim {

struct RandomScenario {
  Scenario scenario;
  std::string json;  // of the file
};

// The same for the same seed. Nothing where what was drawn is no sound scenario; a run is short in any case.
std::optional<RandomScenario> random_scenario(std::uint64_t seed);

// What stands in it, such as "workload sendfile", "driver ccr" or "faults".
std::set<std::string> features_of(const Scenario& scenario);

}  // namespace ktlssim
