#include "sim/kernel/smp_topology.hpp"

namespace ktlssim {

SmpTopology::SmpTopology(const TopologyShape& shape, std::uint32_t seed, const SearchLoads& counted)
    : cpus_(shape.cpus),
      counted_(counted),
      cores_have_siblings_(shape.threads_per_core > 1),
      loads_(static_cast<std::size_t>(shape.cpus), 0),
      lowpri_(static_cast<std::size_t>(shape.cpus), kIdlePriority),
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
  make_groups();
}

void SmpTopology::make_groups() {
  for (int level = 1; level < top(); ++level) nested_ = nested_ && size(level) % size(level - 1) == 0;
  if (!nested_) return;
  group_of_.resize(static_cast<std::size_t>(cpus_) * sizes_.size());
  for (int level = 0; level < levels(); ++level) {
    for (int cpu = 0; cpu < cpus_; ++cpu) {
      if (cpu % size(level) == 0) groups_.emplace_back();
      const auto i = static_cast<std::size_t>(cpu) * sizes_.size() + static_cast<std::size_t>(level);
      group_of_[i] = static_cast<std::uint32_t>(groups_.size() - 1);
    }
  }
}

int SmpTopology::lowest_outranked(int level, int within, int prefer, int priority, CpuSet allowed) {
  const auto outranked = [&](int cpu) { return allowed.contains(cpu) && lowpri(cpu) > priority; };
  if (!nested_) return lowest(level, within, prefer, outranked);
  const Offer best = offer(level, first(level, within), {prefer, priority, allowed});
  if (best.found.equal == 0 || best.found.cpu >= 0) return best.found.cpu;
  const Random random = random_;
  const std::uint64_t draws = draws_;
  random_ = best.random;
  const int cpu = search<Least>(best.level, best.first, -1, outranked).cpu;
  random_ = random;
  draws_ = draws;
  return cpu;
}

SmpTopology::Offer SmpTopology::offer(int level, int first, const Outranked& sought) {
  const int behind = std::min(first + size(level), cpus_);
  const CpuSet allowed = sought.allowed;
  if (behind <= allowed.first || first >= allowed.first + allowed.count) return {};
  Group limits;
  if ((sought.prefer >= first && sought.prefer < behind) || !allowed.contains(first) || !allowed.contains(behind - 1))
    return look_at(level, first, sought, limits);
  Group& known = group(level, first);
  Offer result{{}, level, first, random_};
  if (known.knows(sought.priority)) {
    random_.discard(static_cast<std::uint64_t>(known.draws));
    draws_ += static_cast<std::uint64_t>(known.draws);
  } else {
    const std::uint64_t draws = draws_;
    const Found found = look_at(level, first, sought, limits).found;
    known.from = limits.from;
    known.below = limits.below;
    known.best = found.load;
    known.equal = found.equal;
    known.draws = static_cast<int>(draws_ - draws);
  }
  result.found.load = known.best;
  result.found.equal = known.equal;
  return result;
}

// `limits` gets the priorities that outrank the same CPUs.
SmpTopology::Offer SmpTopology::look_at(int level, int first, const Outranked& sought, Group& limits) {
  Offer best;
  limits.from = -1;
  limits.below = kIdlePriority;
  const int behind = std::min(first + size(level), cpus_);
  if (level > 0) {
    for (int child = first; child < behind; child += size(level - 1)) {
      Offer found = offer(level - 1, child, sought);
      const Group& there = group(level - 1, child);
      const bool prefers = sought.prefer >= child && sought.prefer < std::min(child + size(level - 1), cpus_);
      found.found.path = counted_.thread * there.load - (prefers ? counted_.affinity : 0);
      if (consider<Least>(found.found, best.found)) {
        best.level = found.level;
        best.first = found.first;
        best.random = found.random;
      }
      limits.from = std::max(limits.from, there.from);
      limits.below = std::min(limits.below, there.below);
    }
    return best;
  }
  for (int cpu = first; cpu < behind; ++cpu) {
    if (lowpri(cpu) <= sought.priority) {
      limits.from = std::max(limits.from, lowpri_[static_cast<std::size_t>(cpu)]);
      continue;
    }
    limits.below = std::min(limits.below, lowpri_[static_cast<std::size_t>(cpu)]);
    if (!sought.allowed.contains(cpu)) continue;
    const int path = counted_.thread * load(cpu) - (cpu == sought.prefer ? counted_.affinity : 0);
    consider<Least>({cpu, load(cpu), 1, 0, path}, best.found);
  }
  return best;
}

bool SmpTopology::core_idle(int cpu) const {
  if (!cores_have_siblings_) return load(cpu) == 0;
  if (size(0) == 2) return load(cpu) + load(std::min(cpu ^ 1, cpus_ - 1)) == 0;  // most wakeups come here
  for (int i = first(0, cpu); i < behind(0, cpu); ++i)
    if (load(i) > 0) return false;
  return true;
}

}  // namespace ktlssim
