// A result for people to read: at most 80 columns of ASCII.
#pragma once

#include <string>

#include "models/scenario.hpp"
#include "sim/experiment/run/replicate.hpp"

namespace ktlssim {

std::string run_table(const Scenario& scenario, const Experiment& experiment);

}  // namespace ktlssim
