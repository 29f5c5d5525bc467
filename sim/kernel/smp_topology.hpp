// subr_smp.c's cpu_top: the CPUs in nested groups of neighbours, from the core through what shares the last
// cache and what shares memory to the machine, and the two searches that sched_ule makes in them.
//
// A search compares the load of all paths through the tree: it takes the least (or most) loaded group, in it
// the least loaded group again, and so on. So what it finds may differ from the least loaded CPU of all.
//
// The kernel looks at every CPU. Here a group keeps its load, how many threads can be stolen in it, and what the last
// search for who is outranked found in it, until one of its CPUs changes: no CPU is looked at again in a group that
// offers nothing or is as it was. What is found is the same, and so is what is drawn.
#pragma once

#include <algorithm>
#include <boost/random/taus88.hpp>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/cpuset.hpp"

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
  static constexpr int kIdlePriority = 256;

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
  // tdq_lowpri: the best priority on a CPU, kIdlePriority where nobody runs or waits.
  int lowpri(int cpu) const { return lowpri_[static_cast<std::size_t>(cpu)]; }
  // So many threads more on a CPU, of them so many that wait and float; the best priority there is `lowpri` now.
  void change(int cpu, int threads, int stealable, int lowpri) {
    loads_[static_cast<std::size_t>(cpu)] += threads;
    lowpri_[static_cast<std::size_t>(cpu)] = static_cast<std::int16_t>(lowpri);
    for_groups_of(cpu, [threads, stealable](Group& group) {
      group.load += threads;
      group.stealable += stealable;
      group.forget();
    });
  }
  void set_lowpri(int cpu, int priority) {
    if (lowpri(cpu) != priority) change(cpu, 0, 0, priority);
  }
  // Whether neither the CPU nor another one of its core has anything to run.
  bool core_idle(int cpu) const;

  // The least loaded CPU on the least loaded path of the group at `level` that holds `within`, among those
  // that are `acceptable`; -1 if none is. `prefer` counts as a little less loaded, its groups too; equal ones
  // are drawn from.
  template <class Acceptable>
  int lowest(int level, int within, int prefer, const Acceptable& acceptable) {
    return search<Least>(level, first(level, within), prefer, acceptable).cpu;
  }
  // The same among those of `allowed` whose threads are all outranked by `priority`: with -1 any, with
  // kIdlePriority - 1 those that are idle.
  int lowest_outranked(int level, int within, int prefer, int priority, CpuSet allowed);
  // And the most loaded CPU on the most loaded path.
  template <class Acceptable>
  int highest(int level, int within, const Acceptable& acceptable) {
    return search<Most>(level, first(level, within), -1, acceptable).cpu;
  }
  // The same; `acceptable` takes none without a stealable thread.
  template <class Acceptable>
  int highest_stealable(int level, int within, const Acceptable& acceptable) {
    if (!nested_) return highest(level, within, acceptable);
    if (group(level, within).stealable == 0) return -1;
    return search_stealable(level, first(level, within), acceptable).cpu;
  }
  // Whether chance has decided anything so far.
  bool has_drawn() const { return draws_ > 0; }
  std::uint32_t draw() {
    ++draws_;
    return random_();
  }

 private:
  using Random = boost::random::taus88;

  // What is known of a group, and found in it by a search that prefers none of its CPUs and may use them all: for
  // priorities from `from` to below `below`, for which the same CPUs are outranked.
  struct Group {
    static constexpr std::int16_t kNone = -1;  // no priority is below it

    int load = 0;
    int stealable = 0;
    std::int16_t from = 0;
    std::int16_t below = kNone;
    int best = 0;   // load of the CPU found
    int equal = 0;  // of which so many were drawn from
    int draws = 0;

    bool knows(int priority) const { return from <= priority && priority < below; }
    void forget() { below = kNone; }
  };
  // What a group has to offer.
  struct Found {
    int cpu = -1;
    int load = 0;       // of that CPU
    int equal = 0;      // CPUs that it was drawn from; 0 = there is none
    int total = 0;      // load of the group, as SearchLoads counts it
    int path = 0;       // by which it was found: the same of the CPU, or of the child group
  };
  struct Least {
    static bool better(int a, int b) { return a < b; }
  };
  struct Most {
    static bool better(int a, int b) { return a > b; }
  };

  struct Outranked {
    int prefer;
    int priority;
    CpuSet allowed;
  };
  // Found.cpu is to be found yet where its group was known: by searching that with the draws that were passed over.
  struct Offer {
    Found found;
    int level = 0;
    int first = 0;
    Random random;
  };

  int size(int level) const { return sizes_[static_cast<std::size_t>(level)]; }
  Group& group(int level, int cpu) {
    const auto i = static_cast<std::size_t>(cpu) * sizes_.size() + static_cast<std::size_t>(level);
    return groups_[group_of_[i]];
  }
  template <class Change>
  void for_groups_of(int cpu, const Change& change) {
    if (!nested_) return;
    for (int level = 0; level < levels(); ++level) change(group(level, cpu));
  }
  void make_groups();
  Offer offer(int level, int first, const Outranked& sought);
  Offer look_at(int level, int first, const Outranked& sought, Group& limits);

  template <class Acceptable>
  Found search_stealable(int level, int first, const Acceptable& acceptable) {
    if (level == 0) return search<Most>(0, first, -1, acceptable);
    Found best;
    const int behind = std::min(first + size(level), cpus_);
    for (int child = first; child < behind; child += size(level - 1)) {
      const Group& there = group(level - 1, child);
      if (there.stealable == 0) continue;
      Found found = search_stealable(level - 1, child, acceptable);
      found.path = counted_.thread * there.load;
      consider<Most>(found, best);
    }
    return best;
  }

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
  // same chance. Whether it was the new one.
  template <class Order>
  bool consider(const Found& found, Found& best) {
    if (found.equal == 0) return false;
    int equal = found.equal;
    if (best.equal > 0) {
      if (found.path != best.path) {
        if (Order::better(best.path, found.path)) return false;
      } else if (found.load != best.load) {
        if (Order::better(best.load, found.load)) return false;
      } else if (!counted_.random_ties) {
        return false;
      } else {
        equal += best.equal;
        if (static_cast<int>(draw() % static_cast<std::uint32_t>(equal)) >= found.equal) {
          best.equal = equal;
          return false;
        }
      }
    }
    best.cpu = found.cpu;
    best.load = found.load;
    best.path = found.path;
    best.equal = equal;
    return true;
  }

  int cpus_;
  SearchLoads counted_;
  std::vector<int> sizes_;  // of the groups, by level
  bool cores_have_siblings_;
  int llc_ = -1;
  std::vector<int> loads_;
  std::vector<std::int16_t> lowpri_;
  // Whether each group is one of those that it is made of; else none is known.
  bool nested_ = true;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_;  // by CPU, then by level
  Random random_;
  std::uint64_t draws_ = 0;
};

}  // namespace ktlssim
