// When the step under way on each CPU ends: at most one alarm a CPU, so that a step that is cut short or
// rescaled leaves nothing stale behind. A winner tree: the earliest alarm is at its root.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

class Alarms {
 public:
  // Holds alarms for CPUs 0 to cpus - 1, of which none is set.
  void resize(std::size_t cpus) {
    leaves_ = std::bit_ceil(std::max<std::size_t>(cpus, 2));
    keys_.assign(2 * leaves_, kNone);
  }

  void set(int cpu, Time time) {
    update(cpu, static_cast<std::uint64_t>(time.count()) << kCpuBits | static_cast<std::uint64_t>(cpu));
  }
  void clear(int cpu) { update(cpu, kNone); }

  // kNever where none is set.
  Time next_time() const {
    return keys_[kRoot] == kNone ? kNever : Time{static_cast<std::int64_t>(keys_[kRoot] >> kCpuBits)};
  }
  // The CPU whose alarm is due next; the lower one of several at the same time. Precondition: one is set.
  int next_cpu() const { return static_cast<int>(keys_[kRoot] & ((1U << kCpuBits) - 1)); }

 private:
  static constexpr unsigned kCpuBits = 10;  // leaves 2^53 ns, as does SimGrid's clock
  static constexpr std::size_t kRoot = 1;
  static constexpr std::uint64_t kNone = std::numeric_limits<std::uint64_t>::max();

  void update(int cpu, std::uint64_t key) {
    std::size_t node = leaves_ + static_cast<std::size_t>(cpu);
    keys_[node] = key;
    while (node > kRoot) {
      key = std::min(key, keys_[node ^ 1]);
      node /= 2;
      if (keys_[node] == key) return;
      keys_[node] = key;
    }
  }

  std::size_t leaves_ = 2;
  std::vector<std::uint64_t> keys_ = std::vector<std::uint64_t>(4, kNone);  // children of i: 2 i and 2 i + 1
};

}  // namespace ktlssim
