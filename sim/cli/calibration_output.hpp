// What an ensemble says of itself: its families, and how honest its intervals are.
#pragma once

#include <string>

#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

std::string calibration_table(const Calibration& calibration);
Json calibration_json(const Calibration& calibration);
// Of each set of profiles that claims are about: how many draws are left, what is out of reach or in conflict.
Json families_json(const Evidence& evidence, const Discrepancies& discrepancies);

}  // namespace ktlssim
