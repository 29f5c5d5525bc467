// What an ensemble says of how honest its intervals are.
#pragma once

#include <string>

#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

std::string calibration_table(const Calibration& calibration);
Json calibration_json(const Calibration& calibration);

}  // namespace ktlssim
