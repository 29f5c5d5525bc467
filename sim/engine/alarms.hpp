// When the step under way on each CPU ends: at most one alarm a CPU, so that a step that is cut short or
// rescaled leaves nothing stale behind. Few CPUs wait at a time, and their alarms are eight bytes each: they
// stand in order, the earliest last.
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
    keys_.assign(cpus, 0);
    count_ = 0;
  }

  // Precondition: none is set for `cpu`.
  void set(int cpu, Time time) {
    const std::uint64_t key =
        static_cast<std::uint64_t>(time.count()) << kCpuBits | static_cast<std::uint64_t>(cpu);
    std::size_t hole = count_++;
    for (; hole > 0 && keys_[hole - 1] < key; --hole) keys_[hole] = keys_[hole - 1];
    keys_[hole] = key;
  }
  void clear(int cpu) {
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(count_);
    count_ = static_cast<std::size_t>(
        std::remove_if(keys_.begin(), end, [cpu](std::uint64_t key) { return cpu_of(key) == cpu; }) -
        keys_.begin());
  }

  // kNever where none is set.
  Time next_time() const {
    return count_ == 0 ? kNever : Time{static_cast<std::int64_t>(keys_[count_ - 1] >> kCpuBits)};
  }
  // Takes out the earliest alarm, of several at the same time the lowest CPU's, and returns its CPU.
  // Precondition: one is set.
  int pop() { return cpu_of(keys_[--count_]); }

 private:
  static constexpr unsigned kCpuBits = 10;  // leaves 2^53 ns, as does SimGrid's clock

  static int cpu_of(std::uint64_t key) { return static_cast<int>(key & ((1U << kCpuBits) - 1)); }

  std::vector<std::uint64_t> keys_;
  std::size_t count_ = 0;
};

}  // namespace ktlssim
