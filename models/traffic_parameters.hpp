// Parameters of what is sent, and of what lies between: /workload and /network of a scenario.
#pragma once

#include "models/parameter_visitor.hpp"
#include "models/scenario.hpp"

namespace ktlssim {

void describe(ParameterVisitor& v, WorkloadParameters& p);
void describe(ParameterVisitor& v, NetworkParameters& p);

}  // namespace ktlssim
