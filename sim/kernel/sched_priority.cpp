// Scheduler, the part that deals with priorities: return to user mode, interactivity, slices, lent priorities and
// spinning.
#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr unsigned kCpuBits = 11;  // of a slice's calendar tag; the count of dispatches stands above

}  // namespace

void Scheduler::userret() {
  settle();
  Thread& self = *executing_;
  if (rules_.scored && self.timeshare() && executive_.now() - self.scored >= rules_.stat_tick) rescore(self);
  if (self.own_priority != self.base_priority) {
    self.own_priority = self.base_priority;
    apply_priority(self);
  }
  Cpu& cpu = *here_;
  if (!cpu.resched) return;
  cpu.resched = false;
  if (cpu.queue.best_priority() > self.priority) return;
  deschedule(cpu, false);
  run_next(cpu);
  give_way();
}

// The thread has slept, and begins a new slice. Interrupt threads are what they were again.
void Scheduler::woke_up(Thread& thread) {
  thread.slice_used = kNoTime;
  if (thread.timeshare()) {
    const std::int64_t crossed = thread.asleep_at_will ? ticks() - thread.asleep_tick : 0;
    if (crossed > 0) thread.interactivity.slept(crossed * rules_.tick);
    if (rules_.scored && (crossed > 0 || executive_.now() - thread.scored >= rules_.stat_tick)) rescore(thread);
  } else if (rules_.ithread_slicing && thread.ithread() && thread.own_priority != thread.base_priority) {
    thread.own_priority = thread.base_priority;
    apply_priority(thread);
  }
}

// sched_priority: what the thread has from its next return to user mode on.
void Scheduler::rescore(Thread& thread) {
  const Time now = executive_.now();
  if (thread.state == ThreadState::running) {
    const Time ran = now - thread.on_cpu_since;
    thread.interactivity.ran(ran);
    thread.slice_used += ran;
    thread.on_cpu_since = now;
  }
  thread.scored = now;
  thread.base_priority = thread.interactivity.priority(rules_, now);
}

// tdq_slice: those that wait divide it.
Time Scheduler::slice_end(const Cpu& cpu) const {
  const Thread& thread = *cpu.current;
  const int sharers = thread.ithread() ? 1 : std::max(cpu.queue.size(), 1);
  return thread.on_cpu_since + std::max(rules_.slice / sharers, rules_.slice_min) - thread.slice_used;
}

void Scheduler::arm_slice(Cpu& cpu) {
  const Thread& current = *cpu.current;
  if (cpu.queue.empty()) return;
  if (!current.timeshare() && !(rules_.ithread_slicing && current.ithread())) return;
  const Time end = std::max(slice_end(cpu), executive_.now());
  if (end >= cpu.slice_armed) return;
  cpu.slice_armed = end;
  executive_.calendar().call_at<&Scheduler::slice_over>(
      end, Rank::lapse, this, cpu.dispatches << kCpuBits | static_cast<std::uint64_t>(cpu.number));
}

// A user thread gives way when it next returns to user mode, as by an AST; an interrupt thread at once.
void Scheduler::slice_over(std::uint64_t tag) {
  Cpu& cpu = cpus_[tag & ((1ULL << kCpuBits) - 1)];
  if (cpu.current == nullptr || cpu.dispatches != tag >> kCpuBits) return;
  if (cpu.slice_armed != executive_.now()) return;  // it has become shorter meanwhile
  cpu.slice_armed = kNever;
  if (cpu.queue.empty()) return;
  if (slice_end(cpu) > executive_.now()) {  // those that it was divided for have left
    arm_slice(cpu);
    return;
  }
  cpu.current->slice_used = cpu.current->on_cpu_since - executive_.now();
  if (cpu.current->ithread())
    demote(cpu);
  else
    cpu.resched = true;
}

// 14's sched_clock: an interrupt thread that has run a slice without sleeping lets its equals run.
void Scheduler::demote(Cpu& cpu) {
  Thread& thread = *cpu.current;
  if (thread.own_priority + rules_.run_queue_width < rules_.max_ithread) {
    thread.own_priority += rules_.run_queue_width;
    apply_priority(thread);
  }
  if (cpu.queue.best_priority() >= thread.priority) {
    arm_slice(cpu);
    return;
  }
  ++counters_.preemptions;
  deschedule(cpu, true);
  run_next(cpu);
}

void Scheduler::apply_priority(Thread& thread) {
  const int priority = std::min(thread.own_priority, thread.lent_priority);
  if (priority == thread.priority) return;
  if (thread.state == ThreadState::runnable) {
    Cpu& cpu = cpu_of(thread);
    cpu.queue.remove(thread);
    thread.priority = priority;
    cpu.queue.insert(thread, true);
    note_lowpri(cpu);
    return;
  }
  thread.priority = priority;
  if (thread.state == ThreadState::running) note_lowpri(cpu_of(thread));
}

void Scheduler::lend_priority(Thread& owner, int priority) {
  owner.lent_priority = std::min(owner.lent_priority, priority);
  apply_priority(owner);
}

void Scheduler::unlend_priority(Thread& owner, int still_lent) {
  owner.lent_priority = still_lent;
  apply_priority(owner);
}

void Scheduler::raise(Thread& thread, int priority) {
  thread.own_priority = std::min(thread.own_priority, priority);
  apply_priority(thread);
}

void Scheduler::spin(Function function) {
  Thread& self = *executing_;
  self.spinning = true;
  self.spins_in = function;
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
