// mutex(9) and the write side of rwlock(9) as KTLS meets them: adaptive. A contender spins while the owner
// runs on a CPU, and otherwise blocks on a turnstile and lends the owner its priority. An uncontended lock
// costs nothing here: its instructions are part of the step that takes it.
#pragma once

#include <string_view>
#include <vector>

#include "models/units.hpp"
#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

// What contention for one kind of lock has cost.
struct LockStatistics {
  std::string_view name;
  std::int64_t contested = 0;
  std::int64_t waited_ns = 0;
};

class Mutex {
 public:
  void lock(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost);
  void unlock(Scheduler& scheduler);
  bool held() const { return owner_ != nullptr; }
  const Thread* owner() const { return owner_; }

  // The scheduler tells that the owner no longer runs: whoever spins is to look again.
  void owner_left_cpu();

 private:
  Thread* owner_ = nullptr;
  Scheduler* scheduler_ = nullptr;
  std::vector<Thread*> spinners_;
  std::vector<Thread*> blocked_;
};

}  // namespace ktlssim
