// The laws that every run must obey. Checked at the end of every run, in every build.
#pragma once

#include "models/units.hpp"

namespace ktlssim {

class Kernel;
struct RunResult;

// Throws ModelError with the state that breaks the law: records, references, memory, CPU time, stream bytes,
// and Little's law at every place of a record.
void check_conservation(Kernel& k);

// At every station, with the demand that the run itself had: the utilization law, records per second x demand
// = servers x utilization, and X <= servers / demand. Throws ModelError. Only what a station did within the
// measured time, `window` long, is in its demand, so that work at the edges needs no allowance.
void check_bounds(const RunResult& result, Time window);

}  // namespace ktlssim
