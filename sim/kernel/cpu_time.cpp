// Scheduler, the part that spends CPU time: steps, the speeds they run at, and the accounts.
#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr unsigned kThreadBits = 21;  // of a step's calendar tag; the generation stands above

// Full speed is the rule, and dividing by a constant needs no division.
Time duration(Work work, std::int64_t speed) {
  if (speed == kWorkPerNs) [[likely]]
    return Time{(work + kWorkPerNs - 1) / kWorkPerNs};
  return Time{(work + speed - 1) / speed};
}

}  // namespace

void Scheduler::charge_work(Function function, Work work) {
  Thread& self = *executing_;
  const Time needed = duration(work, cpu_of(self).speed);
  if (executive_.try_advance(needed)) {
    self.busy_ns[static_cast<std::size_t>(function)] += needed.count();
    if (timeline_ != nullptr) timeline_->ran(self, function, executive_.now() - needed, executive_.now());
    return;
  }
  self.function = function;
  self.work = work;
  begin_step(self);
  give_way();
}

void Scheduler::begin_step(Thread& thread) {
  thread.in_step = true;
  thread.step_began = executive_.now();
  ++thread.generation;
  if (thread.spinning) return;
  const Work work = thread.switch_work > 0 ? thread.switch_work : thread.work;
  executive_.calendar().call_at<&Scheduler::step_done>(
      executive_.now() + duration(work, cpu_of(thread).speed), Rank::thread, this,
      thread.generation << kThreadBits | thread.index);
}

// Accounts the step under way up to now and takes the work done off it.
void Scheduler::accrue(Thread& thread) {
  const Time elapsed = executive_.now() - thread.step_began;
  thread.step_began = executive_.now();
  thread.busy_ns[static_cast<std::size_t>(thread.step_function())] += elapsed.count();
  if (timeline_ != nullptr)
    timeline_->ran(thread, thread.step_function(), executive_.now() - elapsed, executive_.now());
  Work& work = thread.switch_work > 0 ? thread.switch_work : thread.work;
  work = std::max<Work>(work - elapsed.count() * cpu_of(thread).speed, 0);
}

void Scheduler::step_done(std::uint64_t tag) {
  Thread& thread = *threads_[tag & ((1ULL << kThreadBits) - 1)];
  if (!thread.in_step || thread.generation != tag >> kThreadBits) return;
  accrue(thread);
  if (thread.work > 0) {  // the switch is over, the interrupted step goes on
    begin_step(thread);
    return;
  }
  thread.in_step = false;
  executive_.resume(*thread.strand);
}

void Scheduler::set_speed(int cpu, std::int64_t speed) {
  cpus_[static_cast<std::size_t>(cpu)].own_speed = speed;
  update_speed(cpus_[static_cast<std::size_t>(cpu)]);
}

void Scheduler::update_speeds_of_core(const Cpu& cpu) {
  if (threads_per_core_ == 1) return;
  const int core = index(cpu) / threads_per_core_ * threads_per_core_;
  for (int i = core; i < std::min(core + threads_per_core_, cpus()); ++i)
    update_speed(cpus_[static_cast<std::size_t>(i)]);
}

// A busy CPU with a busy sibling runs at smt_speed; a step under way is rescaled.
void Scheduler::update_speed(Cpu& cpu) {
  bool sibling_busy = false;
  const int self = index(cpu);
  const int core = self / threads_per_core_ * threads_per_core_;
  for (int i = core; i < std::min(core + threads_per_core_, cpus()); ++i)
    sibling_busy = sibling_busy || (i != self && cpus_[static_cast<std::size_t>(i)].current != nullptr);
  const std::int64_t speed = sibling_busy ? cpu.own_speed * smt_speed_ / kWorkPerNs : cpu.own_speed;
  if (speed == cpu.speed) return;
  const bool rescale = cpu.current != nullptr && cpu.current->in_step;
  if (rescale) accrue(*cpu.current);
  cpu.speed = speed;
  if (rescale) begin_step(*cpu.current);
}

void Scheduler::close_span(Cpu& cpu) {
  const std::int64_t span = (executive_.now() - cpu.span_began).count();
  (cpu.current != nullptr ? cpu.busy_ns : cpu.idle_ns) += span;
  cpu.span_began = executive_.now();
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
    if (cpu.current == nullptr || !cpu.current->in_step) continue;
    accrue(*cpu.current);
    begin_step(*cpu.current);
  }
}

void Scheduler::reset_accounting() {
  account_all();
  counters_ = {};
  for (const auto& thread : threads_) thread->busy_ns = {};
  for (Cpu& cpu : cpus_) cpu.busy_ns = cpu.idle_ns = 0;
}

}  // namespace ktlssim
