#include "sim/kernel/sched_ule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "sim/kernel/kern_mutex.hpp"

namespace ktlssim {

namespace {

std::int64_t parts_per_million(double factor) {
  return std::llround(factor * static_cast<double>(kWorkPerNs));
}

}  // namespace

Scheduler::Scheduler(Executive& executive, const HostProfile& host, const KernelScheduler& kernel,
                     std::uint32_t seed)
    : executive_(executive),
      switch_cost_(host.scheduler.context_switch_ns.ns()),
      idle_exit_(host.scheduler.cpu_idle_exit_ns.ns()),
      sleep_cost_(host.scheduler.sleep_ns.ns()),
      rules_(sched_rules(kernel)),
      topology_({.cpus = static_cast<int>(host.cpus.count()),
                 .threads_per_core = static_cast<int>(host.threads_per_core.count()),
                 .cpus_per_llc = static_cast<int>(host.cpus_per_llc.count()),
                 .cpus_per_domain = static_cast<int>(host.cpus.count() / host.numa_domains.count())},
                seed,
                {.thread = rules_.thread_load, .affinity = rules_.affinity_load, .random_ties = rules_.random_ties}),
      threads_per_core_(static_cast<int>(host.threads_per_core.count())),
      smt_speed_(parts_per_million(host.smt_speed.value())),
      cpus_(static_cast<std::size_t>(host.cpus.count())),
      next_balance_(rules_.balance_interval) {
  executive_.set_cpus(cpus());
  const auto siblings = static_cast<std::size_t>(threads_per_core_);
  for (std::size_t i = 0; Cpu & cpu : cpus_) {
    cpu.number = static_cast<int>(i);
    cpu.core = i / siblings * siblings;
    cpu.cpus_of_core = std::min(siblings, cpus_.size() - cpu.core);
    ++i;
    cpu.queue.set_width(rules_.run_queue_width);
  }
}

Thread& Scheduler::create(const std::string& name, ThreadClass thread_class, int bound_cpu,
                          std::function<void()> body, std::string_view wchan) {
  auto& thread = *threads_.emplace_back(std::make_unique<Thread>());
  thread.index = threads_.size() - 1;
  thread.name = name;
  thread.thread_class = thread_class;
  thread.base_priority = rules_.priority[static_cast<std::size_t>(thread_class)];
  thread.own_priority = thread.priority = thread.base_priority;
  thread.cpuset = bound_cpu >= 0 ? CpuSet{bound_cpu, 1} : CpuSet{0, cpus()};
  thread.wchan = wchan;
  thread.cpu = bound_cpu >= 0 ? bound_cpu : static_cast<int>(thread.index) % cpus();
  thread.strand_cpu = thread.cpu;
  thread.strand = &executive_.spawn(name, thread.cpu, [this, &thread, body = std::move(body)] {
    goes_on(thread);
    body();
    throw ModelError("thread returned: " + thread.name);
  });
  return thread;
}

void Scheduler::bind(Thread& thread, CpuSet cpuset) {
  thread.cpuset = cpuset;
  if (!cpuset.contains(thread.cpu)) thread.cpu = cpuset.first + static_cast<int>(thread.index) % cpuset.count;
}

void Scheduler::give_way() {
  Thread& self = *std::exchange(executing_, nullptr);
  executive_.suspend();
  goes_on(self);
}

// The step of `thread` has ended.
void Scheduler::goes_on(Thread& thread) {
  if (!thread.step.empty()) account_step(thread);
  thread.in_step = false;
  executing_ = &thread;
  here_ = &cpu_of(thread);
}

void Scheduler::leave(std::string_view wchan, bool at_will) {
  if (executive_.unwinding()) throw StrandStopped{};
  assert(settled());
  Thread& self = *executing_;
  Cpu& cpu = *here_;
  take_off(cpu);
  self.state = ThreadState::sleeping;
  self.wchan = wchan;
  self.asleep_since = executive_.now();
  self.asleep_tick = ticks();
  self.asleep_at_will = at_will;
  if (at_will && rules_.scored && self.timeshare() && self.own_priority > rules_.static_boost) {
    self.own_priority = rules_.static_boost;
    apply_priority(self);
  }
  if (listener_ != nullptr) listener_->changed_state(self, executive_.now());
  run_next(cpu);
  give_way();
}

// Whether a wakeup came while the executing thread was on its way to sleep.
bool Scheduler::roused(std::string_view wchan) {
  Thread& self = *executing_;
  self.wchan = wchan;  // by which who wakes it knows it
  self.dozing = true;
  charge(Function::sleepq_wait, sleep_cost_);
  self.dozing = false;
  return std::exchange(self.roused, false);
}

bool Scheduler::should_preempt(int priority, const Thread& current, bool remote) const {
  if (priority >= current.priority) return false;
  if (priority <= rules_.preempt_thresh) return true;
  return remote && priority <= rules_.max_interact && current.priority > rules_.max_interact;
}

void Scheduler::wake(Thread& thread, int self, bool interrupted) {
  assert(settled());
  if (!sleeps(thread)) return;
  ++counters_.wakeups;
  woke_up(thread);
  thread.cpu = pick_cpu(thread, self, interrupted);
  place(thread, self != thread.cpu);
}

void Scheduler::place(Thread& thread, bool remote) {
  Cpu& cpu = cpu_of(thread);
  if (cpu.current == nullptr && !cpu.waking && idle_exit_ == kNoTime) {
    dispatch(cpu, thread);
    return;
  }
  enqueue(thread, cpu, false);
  if (cpu.current == nullptr) {
    if (cpu.waking) return;
    cpu.waking = true;
    executive_.calendar().call_at<&Scheduler::idle_exit_done>(executive_.now() + idle_exit_, Rank::scheduler,
                                                              this, static_cast<std::uint64_t>(cpu.number));
    return;
  }
  if (should_preempt(thread.priority, *cpu.current, remote)) {
    Thread* const preempted = cpu.current;
    ++counters_.preemptions;
    deschedule(cpu, true);
    run_next(cpu);
    if (preempted == executing_) give_way();
    return;
  }
  // tdq_notify tells nothing to the thread that runs elsewhere.
  if (!remote && thread.priority < cpu.current->priority) cpu.resched = true;
  arm_slice(cpu);
}

void Scheduler::idle_exit_done(std::uint64_t cpu_index) {
  Cpu& cpu = cpus_[cpu_index];
  cpu.waking = false;
  run_next(cpu);
}

void Scheduler::enqueue(Thread& thread, Cpu& cpu, bool at_head) {
  thread.state = ThreadState::runnable;
  thread.runnable_since = executive_.now();
  if (listener_ != nullptr) listener_->changed_state(thread, executive_.now());
  cpu.queue.insert(thread, at_head);
  note_threads(cpu, 1, thread.floats() ? 1 : 0);
  if (thread.floats() && !balancer_armed_) arm_balancer();
}

void Scheduler::leave_queue(Thread& thread, Cpu& cpu) {
  cpu.queue.remove(thread);
  thread.waited_ns += (executive_.now() - thread.runnable_since).count();
}

void Scheduler::dequeue(Thread& thread, Cpu& cpu) {
  leave_queue(thread, cpu);
  note_threads(cpu, -1, thread.floats() ? -1 : 0);
}

// One that is new there.
void Scheduler::dispatch(Cpu& cpu, Thread& thread) {
  close_span(cpu);
  cpu.current = &thread;
  note_threads(cpu, 1, 0);
  run(cpu, thread);
}

void Scheduler::run(Cpu& cpu, Thread& thread) {
  ++cpu.dispatches;
  cpu.resched = false;
  cpu.slice_armed = kNever;
  thread.on_cpu_since = executive_.now();
  thread.state = ThreadState::running;
  thread.cpu = cpu.number;
  if (thread.strand_cpu != thread.cpu) {
    thread.strand_cpu = thread.cpu;
    executive_.move(*thread.strand, thread.cpu);
  }
  if (listener_ != nullptr) listener_->changed_state(thread, executive_.now());
  update_speeds_of_core(cpu);
  ++counters_.context_switches;
  const auto mix = [this](auto part) {
    fingerprint_ = (fingerprint_ ^ static_cast<std::uint64_t>(part)) * 1099511628211ULL;  // FNV-1a prime
  };
  mix(executive_.now().count());
  mix(thread.cpu);
  mix(thread.index);
  if (switch_cost_ > kNoTime)
    thread.step.add_before(Function::cpu_switch, switch_cost_.count() * kWorkPerNs, switch_cost_);
  begin_step(thread);
  arm_slice(cpu);
}

void Scheduler::take_off(Cpu& cpu) {
  Thread& thread = *cpu.current;
  if (thread.in_step) {
    accrue(thread);
    executive_.cancel(thread.cpu);
    thread.in_step = false;
  }
  thread.spinning = false;
  if (!thread.step.empty() && thread.step.front().function == Function::cpu_switch) thread.step.pop_front();
  close_span(cpu);
  cpu.current = nullptr;
  note_threads(cpu, -1, 0);
  thread.left_tick = ticks();
  const Time ran = executive_.now() - thread.on_cpu_since;
  thread.slice_used += ran;
  if (thread.timeshare()) thread.interactivity.ran(ran);
  for (Mutex* mutex = thread.held; mutex != nullptr; mutex = mutex->taken_before()) mutex->owner_left_cpu();
}

void Scheduler::observe(Listener* listener) {
  listener_ = listener;
  keeps_calls_ = listener != nullptr && listener->needs_calls();
  if (keeps_calls_) set_stepwise();
}

void Scheduler::enter_call(std::string_view function) {
  if (executing_ != nullptr) executing_->call = calls_.enter(executing_->call, function);
}

void Scheduler::leave_call() {
  if (executing_ != nullptr) executing_->call = calls_.caller(executing_->call);
}

void Scheduler::deschedule(Cpu& cpu, bool to_head) {
  Thread& thread = *cpu.current;
  take_off(cpu);
  enqueue(thread, cpu, to_head);
}

void Scheduler::run_next(Cpu& cpu) {
  if (!cpu.queue.empty()) {
    Thread& next = cpu.queue.front();
    leave_queue(next, cpu);
    close_span(cpu);
    cpu.current = &next;
    note_threads(cpu, 0, next.floats() ? -1 : 0);
    run(cpu, next);
    return;
  }
  Thread* const stolen = stealable_ > 0 ? steal(cpu) : nullptr;
  if (stolen != nullptr)
    dispatch(cpu, *stolen);
  else
    update_speeds_of_core(cpu);
}

std::string Scheduler::state_of_threads() const {
  std::string text;
  for (const auto& thread : threads_) {
    switch (thread->state) {
      case ThreadState::running:
        text += fmt::format("  {}: running {} on CPU {}\n", thread->name, name(thread->step_function()),
                            thread->cpu);
        break;
      case ThreadState::runnable:
        text += fmt::format("  {}: runnable on CPU {}\n", thread->name, thread->cpu);
        break;
      case ThreadState::sleeping:
        text += fmt::format("  {}: asleep on \"{}\" since {} ns\n", thread->name, thread->wchan,
                            thread->asleep_since.count());
        break;
    }
  }
  return text;
}

}  // namespace ktlssim
