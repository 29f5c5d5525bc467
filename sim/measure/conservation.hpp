// The laws that every run must obey. Checked at the end of every run, in every build.
#pragma once

namespace ktlssim {

class Kernel;
struct RunResult;

// Throws ModelError with the state that breaks the law: records, references, memory, CPU time, stream bytes,
// and Little's law at every place of a record.
void check_conservation(Kernel& k);

// X <= servers / demand at every station, with the demands that the run itself had: throws ModelError if a
// utilization is above one.
void check_bounds(const RunResult& result);

}  // namespace ktlssim
