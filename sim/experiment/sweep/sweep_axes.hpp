// What a sweep varies: its "parameters" as axes, whose combinations are the points.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/text/problems.hpp"

namespace ktlssim {

// Parameters that vary together, row by row.
struct SweepAxis {
  std::vector<std::string> pointers;
  std::vector<std::vector<Json>> rows;           // a value for each pointer
  std::vector<std::vector<std::string>> places;  // where in the file each value stands
};

// Reads the member "parameters" of a sweep's `json` (an object); what is wrong goes to `problems`.
std::vector<SweepAxis> read_axes(const Json& json, const std::string& file,
                                 const std::vector<Parameter>& parameters, Problems& problems);

}  // namespace ktlssim
