#include "sim/kernel/kern_mutex.hpp"

#include <algorithm>
#include <utility>

namespace ktlssim {

void Mutex::lock(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost) {
  Thread& self = *scheduler.curthread();
  if (owner_ == nullptr) [[likely]] {
    owner_ = &self;
    self.held.push_back(this);
    return;
  }
  scheduler_ = &scheduler;
  ++statistics.contested;
  const Time began = scheduler.now();
  while (owner_ != nullptr) {
    if (scheduler.on_cpu(*owner_)) {
      spinners_.push_back(&self);
      scheduler.spin();
      std::erase(spinners_, &self);
      continue;
    }
    scheduler.charge(Function::turnstile_wait, turnstile_cost);
    if (owner_ == nullptr || scheduler.on_cpu(*owner_)) continue;
    blocked_.push_back(&self);
    scheduler.lend_priority(*owner_, self.priority);
    scheduler.sleep("turnstile");
  }
  owner_ = &self;
  self.held.push_back(this);
  statistics.waited_ns += (scheduler.now() - began).count();
}

// The first spinner takes the lock; else all that block look again, the most urgent one running first.
void Mutex::unlock(Scheduler& scheduler) {
  Thread& self = *owner_;
  owner_ = nullptr;
  std::erase(self.held, this);
  if (scheduler.unwinding()) return;
  if (self.lent_priority < 255) [[unlikely]] {
    int still_lent = 255;
    for (const Mutex* const mutex : self.held)
      for (const Thread* const waiter : mutex->blocked_) still_lent = std::min(still_lent, waiter->priority);
    scheduler.unlend_priority(self, still_lent);
  }
  if (spinners_.empty() && blocked_.empty()) [[likely]]
    return;
  for (Thread* const spinner : spinners_) scheduler.stop_spinning(*spinner);
  for (Thread* const thread : std::exchange(blocked_, {})) scheduler.make_runnable(*thread);
}

void Mutex::owner_left_cpu() {
  for (Thread* const spinner : spinners_) scheduler_->stop_spinning(*spinner);
}

}  // namespace ktlssim
