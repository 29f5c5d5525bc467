// x86/intr_machdep.c: which CPU a device's interrupt vector goes to.
//
// Each domain deals the vectors of all its devices round its CPUs, in the order of attachment. Siblings of a
// core are left out (machdep.hyperthreading_intr_allowed is 0).
#pragma once

#include <vector>

namespace ktlssim {

// Where a vector points. The thread of a bound one runs there only; that of another goes where sched_pickcpu
// puts it.
struct InterruptVector {
  int cpu = 0;
  bool bound = false;
};

class InterruptVectors {
 public:
  InterruptVectors(int cpus, int cpus_per_domain, int threads_per_core);

  // intr_next_cpu: of the next vector that a device of `domain` allocates.
  InterruptVector next(int domain = 0);
  // bus_bind_intr, after such an allocation: siblings are allowed then.
  InterruptVector bound_to(int cpu, int domain = 0);

 private:
  int cpus_;
  int cpus_per_domain_;
  int threads_per_core_;
  std::vector<int> next_;  // by domain
};

}  // namespace ktlssim
