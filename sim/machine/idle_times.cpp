#include "sim/machine/idle_times.hpp"

#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

void IdleTimes::begin(Scheduler& scheduler, const Window&) {
  busy_until_.assign(static_cast<std::size_t>(scheduler.cpus()), from_);
}

// A thread that ran for no time has not kept its CPU from being idle.
void IdleTimes::went_idle(const Running& running, Time now) {
  const Time since = std::max(running.since, from_);
  now = std::min(now, until_);
  if (since >= now) return;
  if (since > busy_until_[running.cpu]) ++count_;
  busy_until_[running.cpu] = now;
}

void IdleTimes::changed_state(const Thread& thread, Time now) {
  const auto found = running_.find(thread.index);
  if (found != running_.end()) {
    went_idle(found->second, now);
    running_.erase(found);
  }
  if (thread.state == ThreadState::running)
    running_.insert({thread.index, {static_cast<std::size_t>(thread.cpu), now}});
}

void IdleTimes::end() {
  for (const auto& [_, running] : running_) went_idle(running, until_);
}

}  // namespace ktlssim
