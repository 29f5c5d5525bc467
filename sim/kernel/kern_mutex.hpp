// mutex(9) and the write side of rwlock(9) as KTLS meets them: adaptive. A contender spins while the owner
// runs on a CPU, and otherwise blocks on a turnstile and lends the owner its priority. An uncontended lock
// costs nothing here: its instructions are part of the step that takes it.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
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
  void lock(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost) {
    scheduler.settle();
    if (owner_ == nullptr) [[likely]]
      return take(*scheduler.curthread());
    contend(scheduler, statistics, turnstile_cost);
  }
  void unlock(Scheduler& scheduler) {
    scheduler.settle();
    Thread& self = *std::exchange(owner_, nullptr);
    Mutex** link = &self.held;
    while (*link != this) link = &(*link)->taken_before_;
    *link = taken_before_;
    if (self.lent_priority < 255 || has_waiters()) [[unlikely]]
      hand_on(scheduler, self);
  }
  bool held() const { return owner_ != nullptr; }
  const Thread* owner() const { return owner_; }
  // Of the mutexes that its owner has, the one that it took before this.
  Mutex* taken_before() const { return taken_before_; }

  // The scheduler tells that the owner no longer runs: whoever spins is to look again.
  void owner_left_cpu();

 private:
  void take(Thread& thread) {
    owner_ = &thread;
    taken_before_ = std::exchange(thread.held, this);
  }
  void contend(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost);
  void hand_on(Scheduler& scheduler, Thread& previous_owner);
  void stop_spinners();

  // There are several locks a session, and hardly one is ever contended.
  // `listed`, of the thread's own, is cleared by who takes it off the list.
  struct Spinner {
    Thread* thread;
    bool* listed;
  };
  struct Waiters {
    Scheduler& scheduler;
    std::vector<Spinner> spinning;
    std::vector<Thread*> blocked;
  };
  bool has_waiters() const {
    return waiters_ != nullptr && !(waiters_->spinning.empty() && waiters_->blocked.empty());
  }

  Thread* owner_ = nullptr;
  Mutex* taken_before_ = nullptr;
  std::unique_ptr<Waiters> waiters_;  // since it was first contended
};

}  // namespace ktlssim
