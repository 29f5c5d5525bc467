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

Scheduler::Scheduler(Executive& executive, const HostProfile& host, const KernelScheduler& kernel)
    : executive_(executive),
      switch_cost_(host.scheduler.context_switch_ns.ns()),
      idle_exit_(host.scheduler.cpu_idle_exit_ns.ns()),
      slice_(kernel.slice_ns.ns()),
      preempt_thresh_(static_cast<int>(kernel.preempt_thresh.count())),
      socket_priority_(static_cast<int>(kernel.pri_socket_sleep.count())),
      max_interact_(static_cast<int>(kernel.pri_max_interact.count())),
      threads_per_core_(static_cast<int>(host.threads_per_core.count())),
      smt_speed_(parts_per_million(host.smt_speed.value())),
      cpus_(static_cast<std::size_t>(host.cpus.count())) {
  executive_.set_cpus(cpus());
  for (int i = 0; Cpu & cpu : cpus_) cpu.number = i++;
  const auto set = [this](ThreadClass c, const Quantity& priority) {
    class_priority_[static_cast<std::size_t>(c)] = static_cast<int>(priority.count());
  };
  set(ThreadClass::application, kernel.pri_user);
  set(ThreadClass::receiver, kernel.pri_user);
  set(ThreadClass::ktls, kernel.pri_kthread);
  set(ThreadClass::crypto, kernel.pri_kthread);
  set(ThreadClass::interrupt, kernel.pri_ithread_net);
  set(ThreadClass::netisr, kernel.pri_swi_net);
}

Thread& Scheduler::create(const std::string& name, ThreadClass thread_class, int bound_cpu,
                          std::function<void()> body, std::string_view wchan) {
  auto& thread = *threads_.emplace_back(std::make_unique<Thread>());
  thread.index = threads_.size() - 1;
  thread.name = name;
  thread.thread_class = thread_class;
  thread.base_priority = class_priority_[static_cast<std::size_t>(thread_class)];
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

void Scheduler::sleep(std::string_view wchan) {
  if (executive_.unwinding()) throw StrandStopped{};
  assert(settled());
  Thread& self = *executing_;
  Cpu& cpu = *here_;
  take_off(cpu);
  self.state = ThreadState::sleeping;
  self.wchan = wchan;
  self.asleep_since = executive_.now();
  if (listener_ != nullptr) listener_->changed_state(self, executive_.now());
  run_next(cpu);
  give_way();
}

bool Scheduler::should_preempt(int priority, const Thread& current, bool remote) const {
  if (priority >= current.priority) return false;
  if (priority <= preempt_thresh_) return true;
  return remote && priority <= max_interact_ && current.priority > max_interact_;
}

void Scheduler::make_runnable(Thread& thread) {
  assert(settled());
  if (executive_.unwinding() || thread.state != ThreadState::sleeping) return;
  ++counters_.wakeups;
  thread.cpu = pick_cpu(thread);
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
  const bool remote = executing_ == nullptr || executing_->cpu != thread.cpu;
  if (should_preempt(thread.priority, *cpu.current, remote)) {
    Thread* const preempted = cpu.current;
    ++counters_.preemptions;
    deschedule(cpu, true);
    run_next(cpu);
    if (preempted == executing_) give_way();
    return;
  }
  if (thread.priority < cpu.current->priority) cpu.resched = true;
  arm_slice(cpu);
}

void Scheduler::idle_exit_done(std::uint64_t cpu_index) {
  Cpu& cpu = cpus_[cpu_index];
  cpu.waking = false;
  run_next(cpu);
}

// The last CPU if idle, else an idle CPU (of an idle core rather), else the one that runs the lowest class.
int Scheduler::pick_cpu(const Thread& thread) const {
  if (!thread.floats()) return thread.cpuset.first;
  const auto idle = [this](int i) {
    const Cpu& cpu = cpus_[static_cast<std::size_t>(i)];
    return cpu.current == nullptr && !cpu.waking;
  };
  if (idle(thread.cpu)) return thread.cpu;
  int any_idle = -1;
  int lowest = thread.cpu;
  int lowest_priority = -1;
  for (int i = thread.cpuset.first; thread.cpuset.contains(i); ++i) {
    if (idle(i)) {
      const int core = i / threads_per_core_ * threads_per_core_;
      bool core_idle = true;
      for (int j = core; j < std::min(core + threads_per_core_, cpus()); ++j)
        core_idle = core_idle && idle(j);
      if (core_idle) return i;
      if (any_idle < 0) any_idle = i;
    }
    const Cpu& cpu = cpus_[static_cast<std::size_t>(i)];
    const int runs = cpu.current == nullptr ? cpu.queue.best_priority()
                                            : std::min(cpu.current->priority, cpu.queue.best_priority());
    if (runs > lowest_priority) {
      lowest_priority = runs;
      lowest = i;
    }
  }
  return any_idle >= 0 ? any_idle : lowest;
}

void Scheduler::enqueue(Thread& thread, Cpu& cpu, bool at_head) {
  thread.state = ThreadState::runnable;
  if (listener_ != nullptr) listener_->changed_state(thread, executive_.now());
  cpu.queue.insert(thread, at_head);
  if (thread.floats()) ++stealable_;
}

void Scheduler::dequeue(Thread& thread, Cpu& cpu) {
  cpu.queue.remove(thread);
  if (thread.floats()) --stealable_;
}

void Scheduler::dispatch(Cpu& cpu, Thread& thread) {
  close_span(cpu);
  cpu.current = &thread;
  ++cpu.dispatches;
  cpu.resched = cpu.queue.best_priority() < thread.priority;
  cpu.slice_armed = false;
  cpu.slice_end = executive_.now() + slice_;
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
  for (Mutex* mutex = thread.held; mutex != nullptr; mutex = mutex->taken_before()) mutex->owner_left_cpu();
}

void Scheduler::deschedule(Cpu& cpu, bool to_head) {
  Thread& thread = *cpu.current;
  take_off(cpu);
  enqueue(thread, cpu, to_head);
}

void Scheduler::run_next(Cpu& cpu) {
  Thread* next = nullptr;
  if (!cpu.queue.empty()) {
    next = &cpu.queue.front();
    dequeue(*next, cpu);
  } else if (stealable_ > 0) {
    next = steal(cpu);
  }
  if (next != nullptr)
    dispatch(cpu, *next);
  else
    update_speeds_of_core(cpu);
}

// The most urgent thread that may run here, of the CPU that has most floating ones waiting.
Thread* Scheduler::steal(const Cpu& thief) {
  Cpu* victim = nullptr;
  Thread* stolen = nullptr;
  const int own = thief.number;
  for (int i = 1; i < cpus(); ++i) {
    Cpu& cpu = cpus_[static_cast<std::size_t>((own + i) % cpus())];
    if (cpu.current == nullptr) continue;  // on its way to running them itself
    if (cpu.queue.stealable() <= (victim == nullptr ? 0 : victim->queue.stealable())) continue;
    Thread* const thread = cpu.queue.first_stealable(own);
    if (thread == nullptr) continue;
    stolen = thread;
    victim = &cpu;
  }
  if (victim == nullptr) return nullptr;
  dequeue(*stolen, *victim);
  ++counters_.steals;
  return stolen;
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
