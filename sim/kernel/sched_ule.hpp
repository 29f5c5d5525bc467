// The CPUs and who runs on them, after sched_ule.c: 256 priorities (lower runs first), run queues per CPU,
// immediate preemption up to preempt_thresh, the remote wakeup rule, slices, priorities of user threads by
// their interactivity, placement by affinity and load, stealing by idle CPUs, and the balancer.
//
// Every nanosecond of every CPU is accounted to a thread and a function, or is idle.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"
#include "sim/engine/executive.hpp"
#include "sim/kernel/kern_switch.hpp"
#include "sim/kernel/sched_rules.hpp"
#include "sim/kernel/smp_topology.hpp"
#include "sim/kernel/thread.hpp"
#include "sim/measure/listener.hpp"

namespace ktlssim {

struct SchedulerCounters {
  std::int64_t context_switches = 0;
  std::int64_t wakeups = 0;
  std::int64_t preemptions = 0;
  std::int64_t steals = 0;
  std::int64_t balanced = 0;  // threads that the balancer has moved
};

class Scheduler {
 public:
  // `seed`: of what chance decides, which is where equal CPUs are to be had, and when to balance.
  Scheduler(Executive& executive, const HostProfile& host, const KernelScheduler& kernel, std::uint32_t seed = 1);

  // A thread that sleeps on `wchan` until its first wakeup; `body` starts then. `bound_cpu` -1 = floats.
  Thread& create(const std::string& name, ThreadClass thread_class, int bound_cpu, std::function<void()> body,
                 std::string_view wchan = "-");

  // cpuset_setthread, before the thread first runs.
  void bind(Thread& thread, CpuSet cpuset);

  // The executing thread has spent what it owes: see spend().
  Time now() const {
    assert(settled());
    return executive_.now();
  }
  // The thread whose code is executing; null in hardware callbacks.
  Thread* curthread() { return executing_; }

  // The executing thread spends `cost`, more than nothing, in `function`, at the speed of its CPU, through
  // preemptions, after what it still owes.
  void charge(Function function, Time cost) {
    assert(cost > kNoTime);
    charge_work(function, cost.count() * kWorkPerNs, time_here(cost));
  }

  // The executing thread owes `cost`, more than nothing: it passes with the next charge or settle(), in one
  // step with what else is owed by then. For costs after which the thread goes on with what nobody else sees:
  // until it has settled it must not look at the clock, take or give back a lock, wake anybody, sleep, or
  // touch shared state.
  void spend(Function function, Time cost);
  // The executing thread spends what it owes.
  void settle() {
    if (!executing_->step.empty()) take_step();
  }
  // Whether the executing thread, if any, owes nothing.
  bool settled() const { return executing_ == nullptr || executing_->step.empty(); }
  // From now on nothing is owed: spend() is charge(). The trajectory is the same.
  void set_stepwise() { stepwise_ = true; }

  // The executing thread's CPU waits for memory until `until`; returns at once if that is over.
  void stall(Time until) {
    const Time rest = until - now();
    if (rest <= kNoTime) return;
    here_->stalled_ns += rest.count();
    charge_work(Function::memory_stall, rest.count() * here_->speed, rest);
  }

  // The executing thread sleeps until a wakeup, which may come on its way there.
  void sleep(std::string_view wchan) {
    if (sleep_cost_ > kNoTime && roused(wchan)) [[unlikely]]
      return;
    leave(wchan, true);
  }
  // The same on a turnstile, which is no sleep of its own will.
  void block() { leave("turnstile", false); }
  // Makes a sleeping thread runnable, free of charge; it may run before this returns if it outranks the
  // caller. Does nothing to a thread that does not sleep. The waker's CPU is that of the executing thread; in
  // a callback of hardware it is the thread's last one, on which timers fire.
  void make_runnable(Thread& thread) { wake(thread, executing_ != nullptr ? executing_->cpu : thread.cpu, false); }
  // The same for an interrupt thread, by an interrupt of `cpu`.
  void interrupt(Thread& thread, int cpu) { wake(thread, cpu, true); }
  // The same by another CPU, whose interrupt is under way for `flight`: ipi_cpu. The thread is in the run queue
  // meanwhile, and its CPU takes it at the next switch; one that floats goes where it is put when the interrupt lands. Nothing is
  // sent where a thread of an interrupt runs, or where one is under way already. Thread::arrival says what came of it.
  void ipi_cpu(Thread& thread, int cpu, Time flight);

  // A user thread leaves the kernel: its priority falls back, and it yields to who outranks it.
  void userret();

  // For locks: a waiter's priority is lent to the owner of the lock, and taken back but for what the waiters
  // of its other locks still lend (255: nothing).
  void lend_priority(Thread& owner, int priority);
  void unlend_priority(Thread& owner, int still_lent);
  // A sleeping user thread is to wake with `priority` at worst, until it returns to user mode: sleepq_resume_thread.
  void raise(Thread& thread, int priority);
  // The executing thread burns CPU, in `function`, until stop_spinning, or until it or the lock's owner is
  // descheduled.
  void spin(Function function = Function::mtx_spin);
  void stop_spinning(Thread& thread);
  bool unwinding() const { return executive_.unwinding(); }
  bool on_cpu(const Thread& thread) const { return thread.state == ThreadState::running; }

  // Factor of full speed, in parts per million, besides that of a busy SMT sibling.
  void set_speed(int cpu, std::int64_t parts_per_million);

  // Whether chance has decided anything.
  bool has_drawn() const { return topology_.has_drawn(); }

  // From now on `listener` hears of every step and every change of a thread's state; null: nobody does.
  // Where it needs the chains of calls, every cost is a step of its own, so that a step is of one function.
  void observe(Listener* listener);
  // Until when a listener has heard of all steps.
  Time told_until() const;
  // The functions that threads are in, kept where a listener needs them.
  bool keeps_calls() const { return keeps_calls_; }
  CallTree& calls() { return calls_; }
  [[gnu::noinline, gnu::cold]] void enter_call(std::string_view function);
  [[gnu::noinline, gnu::cold]] void leave_call();

  // Accounts running steps and idle times up to now.
  void account_all();
  // Forgets what has been accounted so far (the warm-up).
  void reset_accounting();

  int cpus() const { return static_cast<int>(cpus_.size()); }
  std::int64_t busy_ns(int cpu) const { return cpus_[static_cast<std::size_t>(cpu)].busy_ns; }
  // Without what it stood still for memory.
  std::int64_t working_ns(int cpu) const {
    const Cpu& c = cpus_[static_cast<std::size_t>(cpu)];
    return std::max<std::int64_t>(0, c.busy_ns - c.stalled_ns);
  }
  // Runnable, and not on a CPU.
  std::int64_t waited_ns(const Thread& thread) const {
    const bool waits = thread.state == ThreadState::runnable;
    return thread.waited_ns + (waits ? (executive_.now() - thread.runnable_since).count() : 0);
  }
  // Of all CPUs, what runs at present included.
  std::int64_t busy_ns_now() const;
  std::int64_t idle_ns(int cpu) const { return cpus_[static_cast<std::size_t>(cpu)].idle_ns; }
  const std::vector<std::unique_ptr<Thread>>& threads() const { return threads_; }
  const SchedulerCounters& counters() const { return counters_; }
  std::uint64_t fingerprint() const { return fingerprint_; }
  // One line a thread: who runs, who waits for what since when.
  std::string state_of_threads() const;

 private:
  struct Cpu {
    int number = 0;
    std::size_t core = 0;  // number of the first of its siblings
    std::size_t cpus_of_core = 1;
    Thread* current = nullptr;
    bool waking = false;   // idle, but on its way out of the idle state
    bool preempt = false;  // its executing thread is to be preempted at once
    bool ipi_pending = false;  // sent by another CPU, and under way
    bool resched = false;  // somebody outranks its user thread: yield at userret
    Time slice_armed{kNever};  // date of its slice's event
    std::uint64_t dispatches = 0;
    std::int64_t own_speed = kWorkPerNs;
    std::int64_t speed = kWorkPerNs;
    Time span_began{0};  // of the busy or idle span under way
    std::int64_t busy_ns = 0;
    std::int64_t idle_ns = 0;
    std::int64_t stalled_ns = 0;
    RunQueue queue;
  };

  // How long the executing thread's CPU takes for `cost`.
  Time time_here(Time cost) const {
    if (here_->speed == kWorkPerNs) [[likely]]
      return cost;
    return duration(cost.count() * kWorkPerNs, here_->speed);
  }
  void charge_work(Function function, Work work, Time needed);
  void take_step();
  void wait_for(Thread& self);
  Cpu& cpu_of(const Thread& thread) { return cpus_[static_cast<std::size_t>(thread.cpu)]; }
  void leave(std::string_view wchan, bool at_will);
  [[gnu::noinline]] bool roused(std::string_view wchan);
  // Whether it is to be woken: it sleeps. One on its way there is called back.
  bool sleeps(Thread& thread) const {
    if (executive_.unwinding()) return false;
    if (thread.state == ThreadState::sleeping) return true;
    thread.roused = thread.dozing;
    return false;
  }
  void wake(Thread& thread, int self, bool interrupted);
  void place(Thread& thread, bool remote);  // on its CPU
  // Of hz, since time began.
  std::int64_t ticks() {
    if (executive_.now() >= next_tick_) {
      ticks_ = executive_.now() / rules_.tick;
      next_tick_ = (ticks_ + 1) * rules_.tick;
    }
    return ticks_;
  }
  int pick_cpu(Thread& thread, int self, bool interrupted);  // sched_pickcpu
  // Nobody runs or waits there, and nobody is on the way.
  bool idle(int cpu) const { return topology_.load(cpu) == 0; }
  // Whom the threads of `cpu` outrank.
  int lowpri_of(const Cpu& cpu) const {
    const int waiting = cpu.queue.best_priority();
    return cpu.current == nullptr ? waiting : std::min(cpu.current->priority, waiting);
  }
  // Their priorities have changed.
  void note_lowpri(const Cpu& cpu) { topology_.set_lowpri(cpu.number, lowpri_of(cpu)); }
  // There are so many more of them, of which so many can be stolen.
  void note_threads(const Cpu& cpu, int threads, int stealable) {
    stealable_ += stealable;
    topology_.change(cpu.number, threads, stealable, lowpri_of(cpu));
  }
  bool affine(const Thread& thread, int level) {
    return ticks() - thread.left_tick < level;
  }
  void woke_up(Thread& thread);  // sched_wakeup
  void rescore(Thread& thread);  // sched_interact_update, sched_priority
  void balance(std::uint64_t);  // sched_balance
  void balance_group();         // sched_balance_group, sched_balance_pair
  void arm_balancer();
  // sched_shouldpreempt
  bool should_preempt(int priority, const Thread& current, bool remote) const;
  void apply_priority(Thread& thread);
  void enqueue(Thread& thread, Cpu& cpu, bool at_head);  // tdq_add, runq_add
  void dequeue(Thread& thread, Cpu& cpu);                // tdq_runq_rem, runq_remove; it goes elsewhere
  void leave_queue(Thread& thread, Cpu& cpu);
  void dispatch(Cpu& cpu, Thread& thread);
  void run(Cpu& cpu, Thread& thread);
  void run_next(Cpu& cpu);  // its thread has left: next thread, steal, or idle
  Thread* steal(const Cpu& thief);  // tdq_idled
  Thread* steal_in_group(int level, int thief);  // sched_highest, tdq_steal
  void take_off(Cpu& cpu);                  // the running thread stops running, in whatever state
  void deschedule(Cpu& cpu, bool to_head);  // the running thread goes back to the queue
  void give_way();                          // the executing thread goes on at the end of its step
  void goes_on(Thread& thread);
  void begin_step(Thread& thread);
  void account(Thread& thread, Function function, Time from, Time to) {
    thread.busy_ns[static_cast<std::size_t>(function)] += (to - from).count();
    if (listener_ != nullptr) listener_->ran(thread, function, thread.call, from, to);
  }
  void account_step(Thread& thread);
  [[gnu::noinline]] void tell_of_step(const Thread& thread);
  void accrue(Thread& thread);
  void idle_exit_done(std::uint64_t cpu);
  void ipi_lands(std::uint64_t cpu);
  void ipi_wakes(std::uint64_t thread_and_cpu);
  void slice_over(std::uint64_t tag);
  void arm_slice(Cpu& cpu);
  Time slice_end(const Cpu& cpu) const;
  void demote(Cpu& cpu);
  void close_span(Cpu& cpu) {
    const Time now = executive_.now();
    (cpu.current != nullptr ? cpu.busy_ns : cpu.idle_ns) += (now - cpu.span_began).count();
    cpu.span_began = now;
  }
  void update_speeds_of_core(const Cpu& cpu) {
    if (threads_per_core_ > 1) update_speeds_of_siblings(cpu);
  }
  void update_speeds_of_siblings(const Cpu& cpu);
  void update_speed(Cpu& cpu, bool sibling_busy);

  Executive& executive_;
  Time switch_cost_;
  Time idle_exit_;
  Time sleep_cost_;
  SchedRules rules_;
  SmpTopology topology_;
  int threads_per_core_;
  std::int64_t smt_speed_;
  std::vector<Cpu> cpus_;
  std::vector<std::unique_ptr<Thread>> threads_;
  Listener* listener_ = nullptr;
  bool keeps_calls_ = false;
  CallTree calls_;
  Thread* executing_ = nullptr;
  Cpu* here_ = nullptr;  // the CPU of the thread that executes, or did last
  bool stepwise_ = false;
  int stealable_ = 0;  // floating threads in run queues
  bool balancer_armed_ = false;
  Time next_balance_{0};
  std::int64_t ticks_ = 0;
  Time next_tick_{0};
  SchedulerCounters counters_;
  std::uint64_t fingerprint_ = 14695981039346656037ULL;  // FNV-1a offset basis
};

}  // namespace ktlssim
