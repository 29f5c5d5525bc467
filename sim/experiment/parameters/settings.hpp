// `--set /json/pointer=VALUE`: overwrites a parameter in a scenario's JSON before it is read.
#pragma once

#include <span>
#include <string>

#include "sim/experiment/parameters/parameter_reader.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Writes a value at the pointer of a parameter, making the groups and elements of lists around it where they are missing;
// a profile's name around it becomes {"profile": NAME}. The lists of `scenario` have been unified. Returns where the value
// stands: the canonical pointer.
std::string assign(Json& scenario, const std::string& pointer, Json value);

// Applies `sets` to `scenario` (an object) in order and marks in `origins` what they wrote. A pointer must
// name a parameter or a group of them. Where it points into a profile that the scenario only names, the name
// becomes
// {"profile": NAME} first.
void apply_settings(std::span<const std::string> sets, Json& scenario, Origins& origins, Problems& problems);

}  // namespace ktlssim
