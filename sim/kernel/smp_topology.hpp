// subr_smp.c's cpu_top: the CPUs in nested groups of neighbours, from the core through what shares the last
// cache and what shares memory to the machine, and the two searches that sched_ule makes in them.
//
// A search compares the load of all paths through the tree: it takes the least (or most) loaded group, in it
// the least loaded group again, and so on. So what it finds may differ from the least loaded CPU of all.
#pragma once

#include <algorithm>
#include <boost/random/taus88.hpp>
#include <climits>
#include <cstdint>
#include <vector>

namespace ktlssim {

// How the tree is made: CPUs of a core, of a last-level cache and of a domain; 0 = as many as the next one.
struct TopologyShape {
  int cpus = 1;
  int threads_per_core = 1;
  int cpus_per_llc = 0;
  int cpus_per_domain = 0;
};

// What a search counts: a thread, and by how much less the CPU that it prefers. Of equal ones it takes one at random,
// or the first.
struct SearchLoads {
  int thread = 256;
  int affinity = 64;
  bool random_ties = true;
};

class SmpTopology {
 public:
  SmpTopology(const TopologyShape& shape, std::uint32_t seed, const SearchLoads& counted = {});

  // Levels of groups, from 0; the top one is the machine.
  int levels() const { return static_cast<int>(sizes_.size()); }
  int top() const { return levels() - 1; }
  // That of the CPUs that share a last-level cache; -1 where that is the whole machine.
  int llc() const { return llc_; }
  // First CPU of the group of `cpu`, and the one behind its last.
  int first(int level, int cpu) const { return cpu - cpu % size(level); }
  int behind(int level, int cpu) const { return std::min(first(level, cpu) + size(level), cpus_); }

  // Threads on a CPU, whether they run or wait.
  int load(int cpu) const { return loads_[static_cast<std::size_t>(cpu)]; }
  void add_load(int cpu, int threads) { loads_[static_cast<std::size_t>(cpu)] += threads; }
  // Whether neither the CPU nor another one of its core has anything to run.
  bool core_idle(int cpu) const;

  // The least loaded CPU on the least loaded path of the group at `level` that holds `within`, among those
  // that are `acceptable`; -1 if none is. `prefer` counts as a little less loaded, its groups too; equal ones
  // are drawn from.
  template <class Acceptable>
  int lowest(int level, int within, int prefer, const Acceptable& acceptable) {
    return search<Least>(level, first(level, within), prefer, acceptable).cpu;
  }
  // And the most loaded CPU on the most loaded path.
  template <class Acceptable>
  int highest(int level, int within, const Acceptable& acceptable) {
    return search<Most>(level, first(level, within), -1, acceptable).cpu;
  }
  // Whether chance has decided anything so far.
  bool has_drawn() const { return has_drawn_; }
  std::uint32_t draw() {
    has_drawn_ = true;
    return random_();
  }

 private:
  // What a group has to offer.
  struct Found {
    int cpu = -1;
    int load = 0;       // of that CPU
    int equal = 0;      // CPUs that it was drawn from
    int total = 0;      // load of the group, as SearchLoads counts it
    int path = 0;       // by which it was found: the same of the CPU, or of the child group
  };
  struct Least {
    static bool better(int a, int b) { return a < b; }
  };
  struct Most {
    static bool better(int a, int b) { return a > b; }
  };

  int size(int level) const { return sizes_[static_cast<std::size_t>(level)]; }

  template <class Order, class Acceptable>
  Found search(int level, int first, int prefer, const Acceptable& acceptable) {
    Found best;
    const int behind = std::min(first + size(level), cpus_);
    if (level > 0) {
      for (int child = first; child < behind; child += size(level - 1)) {
        Found found = search<Order>(level - 1, child, prefer, acceptable);
        best.total += found.total;
        found.path = found.total;
        consider<Order>(found, best);
      }
      return best;
    }
    for (int cpu = first; cpu < behind; ++cpu) {
      const int total = counted_.thread * load(cpu) - (cpu == prefer ? counted_.affinity : 0);
      best.total += total;
      if (acceptable(cpu)) consider<Order>({cpu, load(cpu), 1, 0, total}, best);
    }
    return best;
  }

  // Keeps the better of the two in `best`; of equal ones each of the CPUs that they were drawn from has the
  // same chance.
  template <class Order>
  void consider(const Found& found, Found& best) {
    if (found.cpu < 0) return;
    int equal = found.equal;
    if (best.cpu >= 0) {
      if (found.path != best.path) {
        if (Order::better(best.path, found.path)) return;
      } else if (found.load != best.load) {
        if (Order::better(best.load, found.load)) return;
      } else if (!counted_.random_ties) {
        return;
      } else {
        equal += best.equal;
        if (static_cast<int>(draw() % static_cast<std::uint32_t>(equal)) >= found.equal) {
          best.equal = equal;
          return;
        }
      }
    }
    best.cpu = found.cpu;
    best.load = found.load;
    best.path = found.path;
    best.equal = equal;
  }

  int cpus_;
  SearchLoads counted_;
  std::vector<int> sizes_;  // of the groups, by level
  bool cores_have_siblings_;
  int llc_ = -1;
  std::vector<int> loads_;
  boost::random::taus88 random_;
  bool has_drawn_ = false;
};

}  // namespace ktlssim
