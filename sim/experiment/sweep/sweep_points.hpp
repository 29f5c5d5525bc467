// The points of a sweep: every combination of its axes that its constraints leave, each read and checked.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment/expression/expression.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/sweep/sweep_axes.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

struct NamedConstraint {
  Expression constraint;
  std::string place;
  std::string text;
};

// Those under "constraint" of a sweep's file.
std::vector<NamedConstraint> read_constraints(const Json& json, const std::string& file,
                                              const std::vector<Parameter>& parameters, Problems& problems);

// Adds the points to `sweep`, whose base and settings are read, with the values that none of them reads. What is wrong at
// several points is one problem.
void expand(Sweep& sweep, std::vector<SweepAxis> axes, std::vector<NamedConstraint> constraints,
            const std::vector<Parameter>& parameters, const SweepStage& stage, Problems& problems);

}  // namespace ktlssim
