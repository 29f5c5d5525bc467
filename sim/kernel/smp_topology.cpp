#include "sim/kernel/smp_topology.hpp"

namespace ktlssim {

SmpTopology::SmpTopology(const TopologyShape& shape, std::uint32_t seed, const SearchLoads& counted)
    : cpus_(shape.cpus),
      counted_(counted),
      cores_have_siblings_(shape.threads_per_core > 1),
      loads_(static_cast<std::size_t>(shape.cpus), 0),
      random_(seed) {
  // A group that is no smaller than the one above it, or is one CPU, is none.
  const auto add = [this](int size) {
    if (size <= 1 || size >= cpus_ || (!sizes_.empty() && size <= sizes_.back())) return false;
    sizes_.push_back(size);
    return true;
  };
  const int domain = shape.cpus_per_domain > 0 ? shape.cpus_per_domain : shape.cpus;
  add(shape.threads_per_core);
  if (add(shape.cpus_per_llc > 0 ? shape.cpus_per_llc : domain)) llc_ = levels() - 1;
  add(domain);
  sizes_.push_back(cpus_);
}

bool SmpTopology::core_idle(int cpu) const {
  if (!cores_have_siblings_) return load(cpu) == 0;
  if (size(0) == 2) return load(cpu) + load(std::min(cpu ^ 1, cpus_ - 1)) == 0;  // most wakeups come here
  for (int i = first(0, cpu); i < behind(0, cpu); ++i)
    if (load(i) > 0) return false;
  return true;
}

}  // namespace ktlssim
