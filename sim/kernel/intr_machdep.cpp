#include "sim/kernel/intr_machdep.hpp"

#include <algorithm>

namespace ktlssim {

InterruptVectors::InterruptVectors(int cpus, int cpus_per_domain, int threads_per_core)
    : cpus_(cpus), cpus_per_domain_(cpus_per_domain), threads_per_core_(threads_per_core) {
  for (int first = 0; first < cpus; first += cpus_per_domain) next_.push_back(first);
}

InterruptVector InterruptVectors::next(int domain) {
  int& next = next_[static_cast<std::size_t>(domain)];
  const int cpu = next;
  next += threads_per_core_;
  const int first = domain * cpus_per_domain_;
  if (next >= std::min(first + cpus_per_domain_, cpus_)) next = first;
  return {cpu, false};
}

InterruptVector InterruptVectors::bound_to(int cpu, int domain) {
  next(domain);
  return {cpu % cpus_, true};
}

}  // namespace ktlssim
