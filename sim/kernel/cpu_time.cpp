// Scheduler, the part that spends CPU time: steps, the speeds they run at, and the accounts.
#include <algorithm>
#include <cassert>
#include <span>
#include <utility>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

void Scheduler::charge_work(Function function, Work work, Time needed) {
  Thread& self = *executing_;
  if (!self.step.empty()) {
    self.step.add(function, work, needed);
    take_step();
  } else if (executive_.try_advance(needed)) {
    account(self, function, executive_.now() - needed, executive_.now());
  } else {
    self.step.add(function, work, needed);
    wait_for(self);
  }
}

void Scheduler::spend(Function function, Time cost) {
  assert(cost > kNoTime);
  Step& step = executing_->step;
  step.add(function, cost.count() * kWorkPerNs, time_here(cost));
  if (step.full() || stepwise_) take_step();
}

void Scheduler::wait_for(Thread& self) {
  self.in_step = true;
  self.step_began = executive_.now();
  executive_.resume_at(executive_.now() + self.step.needed(), self.cpu, *self.strand);
  give_way();
}

void Scheduler::take_step() {
  Thread& self = *executing_;
  if (!executive_.try_advance(self.step.needed())) {
    wait_for(self);
    return;
  }
  account_step(self);
}

// `thread` takes its step on the CPU that it is on now, or goes on with it at that CPU's new speed.
void Scheduler::begin_step(Thread& thread) {
  thread.in_step = true;
  thread.step_began = executive_.now();
  if (thread.spinning) return;
  thread.step.plan_for(cpu_of(thread).speed);
  executive_.resume_at(executive_.now() + thread.step.needed(), thread.cpu, *thread.strand);
}

// All of the step is done by now.
void Scheduler::account_step(Thread& thread) {
  for (const Step::Part& part : thread.step)
    thread.busy_ns[static_cast<std::size_t>(part.function)] += part.needed.count();
  if (listener_ != nullptr) tell_of_step(thread);
  thread.step.clear();
}

void Scheduler::tell_of_step(const Thread& thread) {
  Time from = executive_.now() - thread.step.needed();
  for (const Step::Part& part : thread.step) {
    listener_->ran(thread, part.function, thread.call, from, from + part.needed);
    from += part.needed;
  }
}

// Accounts the step under way up to now and takes the work done off it.
void Scheduler::accrue(Thread& thread) {
  const std::int64_t speed = cpu_of(thread).speed;
  Time from = std::exchange(thread.step_began, executive_.now());
  if (thread.spinning) {
    account(thread, thread.spins_in, from, executive_.now());
    return;
  }
  while (!thread.step.empty()) {
    const Step::Part& part = thread.step.front();
    const Time to = std::min(from + part.needed, executive_.now());
    account(thread, part.function, from, to);
    if (to < from + part.needed) {
      thread.step.shorten_front((to - from).count() * speed, to - from);
      return;
    }
    from = to;
    thread.step.pop_front();
  }
}

void Scheduler::set_speed(int cpu, std::int64_t speed) {
  cpus_[static_cast<std::size_t>(cpu)].own_speed = speed;
  update_speeds_of_siblings(cpus_[static_cast<std::size_t>(cpu)]);
}

void Scheduler::update_speeds_of_siblings(const Cpu& cpu) {
  const std::span<Cpu> core(&cpus_[cpu.core], cpu.cpus_of_core);
  const auto busy = std::ranges::count_if(core, [](const Cpu& each) { return each.current != nullptr; });
  for (Cpu& each : core) update_speed(each, busy > (each.current != nullptr ? 1 : 0));
}

// A busy CPU with a busy sibling runs at smt_speed; a step under way is rescaled.
void Scheduler::update_speed(Cpu& cpu, bool sibling_busy) {
  const std::int64_t speed = sibling_busy ? cpu.own_speed * smt_speed_ / kWorkPerNs : cpu.own_speed;
  if (speed == cpu.speed) return;
  const bool rescale = cpu.current != nullptr && cpu.current->in_step;
  if (rescale) {
    accrue(*cpu.current);
    executive_.cancel(cpu.number);
  }
  cpu.speed = speed;
  if (rescale) begin_step(*cpu.current);
}

Time Scheduler::told_until() const {
  Time until = executive_.now();
  for (const Cpu& cpu : cpus_)
    if (cpu.current != nullptr && cpu.current->in_step) until = std::min(until, cpu.current->step_began);
  return until;
}

std::int64_t Scheduler::busy_ns_now() const {
  std::int64_t busy_ns = 0;
  for (const Cpu& cpu : cpus_)
    busy_ns += cpu.busy_ns + (cpu.current != nullptr ? (executive_.now() - cpu.span_began).count() : 0);
  return busy_ns;
}

void Scheduler::account_all() {
  for (Cpu& cpu : cpus_) {
    close_span(cpu);
    if (cpu.current != nullptr && cpu.current->in_step) accrue(*cpu.current);
  }
}

void Scheduler::reset_accounting() {
  account_all();
  counters_ = {};
  for (const auto& thread : threads_) {
    thread->busy_ns = {};
    thread->waited_ns = 0;
    thread->runnable_since = executive_.now();
  }
  for (Cpu& cpu : cpus_) cpu.busy_ns = cpu.idle_ns = cpu.stalled_ns = 0;
}

}  // namespace ktlssim
