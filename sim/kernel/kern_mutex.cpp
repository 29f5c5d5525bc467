#include "sim/kernel/kern_mutex.hpp"

#include <algorithm>
#include <utility>

namespace ktlssim {

void Mutex::contend(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost) {
  Thread& self = *scheduler.curthread();
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
  take(self);
  statistics.waited_ns += (scheduler.now() - began).count();
}

// The first spinner takes the lock; else all that block look again, the most urgent one running first.
void Mutex::hand_on(Scheduler& scheduler, Thread& previous_owner) {
  if (scheduler.unwinding()) return;
  if (previous_owner.lent_priority < 255) {
    int still_lent = 255;
    for (const Mutex* const mutex : previous_owner.held)
      for (const Thread* const waiter : mutex->blocked_) still_lent = std::min(still_lent, waiter->priority);
    scheduler.unlend_priority(previous_owner, still_lent);
  }
  for (Thread* const spinner : spinners_) scheduler.stop_spinning(*spinner);
  for (Thread* const thread : std::exchange(blocked_, {})) scheduler.make_runnable(*thread);
}

void Mutex::owner_left_cpu() {
  for (Thread* const spinner : spinners_) scheduler_->stop_spinning(*spinner);
}

}  // namespace ktlssim
