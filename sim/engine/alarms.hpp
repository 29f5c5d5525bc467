// When the step under way on each CPU ends: at most one alarm a CPU, so that a step that is cut short or
// rescaled leaves nothing stale behind. A tournament: each CPU has a leaf, each node above holds the earlier of its
// two, and the root the earliest of all, so that a change costs the logarithm of the number of CPUs at the most.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

class Alarms {
 public:
  // For CPUs 0 to cpus - 1, at most 1024; forgets all alarms.
  void resize(std::size_t cpus) {
    leaves_ = std::bit_ceil(std::max<std::size_t>(cpus, 1));
    keys_.assign(2 * leaves_, kNone);
  }

  // Precondition: none is set for `cpu`.
  void set(int cpu, Time time) {
    const std::uint64_t key =
        static_cast<std::uint64_t>(time.count()) << kCpuBits | static_cast<std::uint64_t>(cpu);
    std::size_t node = leaves_ + static_cast<std::size_t>(cpu);
    keys_[node] = key;
    while (node > 1 && keys_[node /= 2] > key) keys_[node] = key;
  }
  void clear(int cpu) { remove(leaves_ + static_cast<std::size_t>(cpu)); }

  // kNever where none is set.
  Time next_time() const {
    return keys_[1] == kNone ? kNever : Time{static_cast<std::int64_t>(keys_[1] >> kCpuBits)};
  }
  // Takes out the earliest alarm, of several at the same time the lowest CPU's, and returns its CPU.
  // Precondition: one is set.
  int pop() {
    const int cpu = static_cast<int>(keys_[1] & ((1U << kCpuBits) - 1));
    clear(cpu);
    return cpu;
  }

 private:
  static constexpr unsigned kCpuBits = 10;  // leaves 2^54 ns, beyond what SimGrid's clock holds
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};

  // Up to where another alarm has been the earlier one.
  void remove(std::size_t node) {
    const std::uint64_t key = keys_[node];
    keys_[node] = kNone;
    if (key == kNone) return;
    while (node > 1 && keys_[node / 2] == key) {
      node /= 2;
      keys_[node] = std::min(keys_[2 * node], keys_[2 * node + 1]);
    }
  }

  std::size_t leaves_ = 1;
  std::vector<std::uint64_t> keys_ = std::vector<std::uint64_t>(2, kNone);
};

}  // namespace ktlssim
