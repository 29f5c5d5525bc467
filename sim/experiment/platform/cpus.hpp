// The CPUs of this process, and on which of them a thread stays. Linux has calls of its own for it, FreeBSD
// others; those of FreeBSD are untried: they follow cpuset_getaffinity(2).
#pragma once

#include <vector>

namespace ktlssim {

// The CPUs that this process may use, lowest first.
std::vector<int> usable_cpus();

// Of the calling thread. False if the system does not allow it.
bool pin_to_cpus(const std::vector<int>& cpus);

// The calling thread, and those that it starts until they decide otherwise, stay on one CPU as long as this
// lives: whoever starts real-time threads must not be behind them in a queue.
class StayOn {
 public:
  explicit StayOn(int cpu) : before_(usable_cpus()) { pin_to_cpus({cpu}); }
  ~StayOn() { pin_to_cpus(before_); }
  StayOn(const StayOn&) = delete;
  StayOn& operator=(const StayOn&) = delete;

 private:
  std::vector<int> before_;
};

}  // namespace ktlssim
