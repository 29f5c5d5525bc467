// When the step under way on each CPU ends: at most one alarm a CPU, so that a step that is cut short or
// rescaled leaves nothing stale behind. A tournament: each CPU has a leaf, each node above holds the earliest of its
// eight, and the root the earliest of all. A change goes up all levels, one for up to 8 CPUs and two for up to 64, without
// a branch on what it finds there: which alarm is the next one is nothing that a processor predicts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

class Alarms {
 public:
  // For CPUs 0 to cpus - 1, at most 1024; forgets all alarms.
  void resize(std::size_t cpus) {
    std::size_t leaves = 1;
    first_leaf_ = 0;
    for (; leaves < cpus; leaves *= kChildren) first_leaf_ += leaves;
    keys_.assign(first_leaf_ + leaves, kNone);
  }

  // Precondition: none is set for `cpu`.
  void set(int cpu, Time time) {
    const std::uint64_t key =
        static_cast<std::uint64_t>(time.count()) << kCpuBits | static_cast<std::uint64_t>(cpu);
    std::size_t node = first_leaf_ + static_cast<std::size_t>(cpu);
    keys_[node] = key;
    while (node > 0) {
      node = (node - 1) / kChildren;
      keys_[node] = std::min(keys_[node], key);
    }
  }
  void clear(int cpu) {
    std::size_t node = first_leaf_ + static_cast<std::size_t>(cpu);
    keys_[node] = kNone;
    while (node > 0) {
      node = (node - 1) / kChildren;
      keys_[node] = earliest_below(node);
    }
  }

  // kNever where none is set.
  Time next_time() const {
    return keys_[0] == kNone ? kNever : Time{static_cast<std::int64_t>(keys_[0] >> kCpuBits)};
  }
  // Takes out the earliest alarm, of several at the same time the lowest CPU's, and returns its CPU.
  // Precondition: one is set.
  int pop() {
    const int cpu = static_cast<int>(keys_[0] & ((1U << kCpuBits) - 1));
    clear(cpu);
    return cpu;
  }

 private:
  static constexpr unsigned kCpuBits = 10;  // leaves 2^54 ns, beyond what SimGrid's clock holds
  static constexpr std::size_t kChildren = 8;
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  // In pairs, for the comparisons of a round do not wait for each other.
  std::uint64_t earliest_below(std::size_t node) const {
    const std::uint64_t* const child = &keys_[node * kChildren + 1];
    const std::uint64_t a = std::min(child[0], child[1]);
    const std::uint64_t b = std::min(child[2], child[3]);
    const std::uint64_t c = std::min(child[4], child[5]);
    const std::uint64_t d = std::min(child[6], child[7]);
    return std::min(std::min(a, b), std::min(c, d));
  }

  std::size_t first_leaf_ = 0;
  std::vector<std::uint64_t> keys_ = std::vector<std::uint64_t>(1, kNone);  // the root, its children, theirs, ...
};

}  // namespace ktlssim
