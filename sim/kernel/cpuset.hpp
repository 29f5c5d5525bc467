// Where a thread may run: neighbouring CPUs, all, those of a NUMA domain, or one.
#pragma once

namespace ktlssim {

struct CpuSet {
  int first = 0;
  int count = 1;

  bool contains(int cpu) const { return cpu >= first && cpu < first + count; }
};

}  // namespace ktlssim
