// `--set /json/pointer=VALUE`: overwrites a parameter in a scenario's JSON before it is read.
#pragma once

#include <span>
#include <string>

#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Writes a value at the pointer of a parameter, making the groups around it where they are missing; a
// profile's name around it becomes {"profile": NAME}.
void assign(Json& scenario, const std::string& pointer, Json value);

// Applies `sets` to `scenario` (an object) in order and marks in `origins` what they wrote. A pointer must
// name a parameter or a group of them. Where it points into a profile that the scenario only names, the name
// becomes
// {"profile": NAME} first.
void apply_settings(std::span<const std::string> sets, Json& scenario, Origins& origins, Problems& problems);

}  // namespace ktlssim
