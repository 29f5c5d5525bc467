// Scheduler, the part that deals with priorities: return to user mode, slices, lent priorities and spinning.
#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr unsigned kCpuBits = 11;  // of a slice's calendar tag; the count of dispatches stands above

}  // namespace

void Scheduler::userret() {
  settle();
  Thread& self = *executing_;
  if (self.own_priority != self.base_priority) {
    self.own_priority = self.base_priority;
    apply_priority(self);
  }
  Cpu& cpu = *here_;
  if (!cpu.resched && cpu.queue.best_priority() >= self.priority) return;
  cpu.resched = false;
  if (cpu.queue.best_priority() > self.priority) return;
  deschedule(cpu, false);
  run_next(cpu);
  give_way();
}

void Scheduler::arm_slice(Cpu& cpu) {
  const Thread& current = *cpu.current;
  const bool user =
      current.thread_class == ThreadClass::application || current.thread_class == ThreadClass::receiver;
  if (cpu.slice_armed || !user || cpu.queue.empty()) return;
  cpu.slice_armed = true;
  executive_.calendar().call_at<&Scheduler::slice_over>(
      std::max(cpu.slice_end, executive_.now()), Rank::lapse, this,
      cpu.dispatches << kCpuBits | static_cast<std::uint64_t>(cpu.number));
}

// As an AST: the thread gives way when it next returns to user mode.
void Scheduler::slice_over(std::uint64_t tag) {
  Cpu& cpu = cpus_[tag & ((1ULL << kCpuBits) - 1)];
  if (cpu.current == nullptr || cpu.dispatches != tag >> kCpuBits) return;
  cpu.resched = true;
}

void Scheduler::apply_priority(Thread& thread) {
  const int priority = std::min(thread.own_priority, thread.lent_priority);
  if (priority == thread.priority) return;
  if (thread.state == ThreadState::runnable) {
    Cpu& cpu = cpu_of(thread);
    cpu.queue.remove(thread);
    thread.priority = priority;
    cpu.queue.insert(thread, true);
    return;
  }
  thread.priority = priority;
}

void Scheduler::lend_priority(Thread& owner, int priority) {
  owner.lent_priority = std::min(owner.lent_priority, priority);
  apply_priority(owner);
}

void Scheduler::unlend_priority(Thread& owner, int still_lent) {
  owner.lent_priority = still_lent;
  apply_priority(owner);
}

void Scheduler::spin() {
  Thread& self = *executing_;
  self.spinning = true;
  begin_step(self);
  give_way();
}

void Scheduler::stop_spinning(Thread& thread) {
  if (!thread.spinning) return;
  accrue(thread);
  thread.spinning = false;
  begin_step(thread);
}

}  // namespace ktlssim
