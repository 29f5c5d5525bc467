#include "sim/kernel/kern_mutex.hpp"

#include <algorithm>
#include <utility>

namespace ktlssim {

void Mutex::contend(Scheduler& scheduler, LockStatistics& statistics, Time turnstile_cost) {
  Thread& self = *scheduler.curthread();
  if (waiters_ == nullptr) waiters_ = std::make_unique<Waiters>(Waiters{scheduler, {}, {}});
  ++statistics.contested;
  const Time began = scheduler.now();
  while (owner_ != nullptr) {
    if (scheduler.on_cpu(*owner_)) {
      bool listed = true;
      waiters_->spinning.push_back({&self, &listed});
      scheduler.spin();
      if (listed)  // it was taken off its CPU
        std::erase_if(waiters_->spinning, [&self](const Spinner& spinner) { return spinner.thread == &self; });
      continue;
    }
    if (turnstile_cost > kNoTime) scheduler.charge(Function::turnstile_wait, turnstile_cost);
    if (owner_ == nullptr || scheduler.on_cpu(*owner_)) continue;
    waiters_->blocked.push_back(&self);
    scheduler.lend_priority(*owner_, self.priority);
    scheduler.block();
  }
  take(self);
  statistics.waited_ns += (scheduler.now() - began).count();
}

// The first spinner takes the lock; else all that block look again, the most urgent one running first.
void Mutex::hand_on(Scheduler& scheduler, Thread& previous_owner) {
  if (scheduler.unwinding()) return;
  if (previous_owner.lent_priority < 255) {
    int still_lent = 255;
    for (const Mutex* mutex = previous_owner.held; mutex != nullptr; mutex = mutex->taken_before_)
      if (mutex->waiters_ != nullptr)
        for (const Thread* const waiter : mutex->waiters_->blocked)
          still_lent = std::min(still_lent, waiter->priority);
    scheduler.unlend_priority(previous_owner, still_lent);
  }
  if (waiters_ == nullptr) return;
  stop_spinners();
  for (Thread* const thread : std::exchange(waiters_->blocked, {})) scheduler.make_runnable(*thread);
}

void Mutex::owner_left_cpu() {
  if (waiters_ != nullptr) stop_spinners();
}

// All at once, for each of a thousand would search the list for itself.
void Mutex::stop_spinners() {
  if (waiters_->scheduler.unwinding()) return;  // who spun may be gone, and what it listed with it
  for (const Spinner& spinner : std::exchange(waiters_->spinning, {})) {
    *spinner.listed = false;
    waiters_->scheduler.stop_spinning(*spinner.thread);
  }
}

}  // namespace ktlssim
