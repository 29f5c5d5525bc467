// Scheduler, the part that places threads on CPUs: sched_pickcpu, stealing and the balancer.
#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr int kLastCpu = 2;  // ticks for which a thread finds its own cache warm: CG_SHARE_L2
// Priorities that outrank nobody, and everybody.
constexpr int kIdle = SmpTopology::kIdlePriority - 1;
constexpr int kAnyCpu = -1;

}  // namespace

int Scheduler::pick_cpu(Thread& thread, int self, bool interrupted) {
  if (!thread.floats()) return thread.cpuset.first;
  const CpuSet allowed = thread.cpuset;
  const bool self_allowed = allowed.contains(self);
  const bool follows_interrupt = interrupted && self_allowed;
  if (follows_interrupt) {
    if (idle(self)) return self;
    thread.cpu = self;
  } else if (topology_.core_idle(thread.cpu) && affine(thread, kLastCpu) && allowed.contains(thread.cpu)) {
    return thread.cpu;
  }
  const int last = thread.cpu;
  const int priority = thread.priority;
  int cpu = -1;
  if (const int llc = topology_.llc(); llc >= 0) {
    if (follows_interrupt)
      cpu = topology_.lowest_outranked(llc, last, last, priority, allowed);
    else if (affine(thread, rules_.affine_llc_ticks))
      cpu = topology_.lowest_outranked(llc, last, last, kIdle, allowed);
  }
  if (cpu < 0) cpu = topology_.lowest_outranked(topology_.top(), 0, last, priority, allowed);
  if (cpu < 0) cpu = topology_.lowest_outranked(topology_.top(), 0, last, kAnyCpu, allowed);
  const bool stays = self_allowed && topology_.lowpri(self) > priority && !idle(cpu) &&
                     topology_.load(self) <= topology_.load(cpu) + 1;
  return stays ? self : cpu;
}

// tdq_idled: from its core, its last-level cache, its domain, the machine.
Thread* Scheduler::steal(const Cpu& thief) {
  for (int level = 0; level < topology_.levels(); ++level)
    if (Thread* const stolen = steal_in_group(level, thief.number); stolen != nullptr) return stolen;
  return nullptr;
}

// The most urgent thread that may run here, of the most loaded CPU that has one.
Thread* Scheduler::steal_in_group(int level, int thief) {
  const int victim = topology_.highest_stealable(level, thief, [&](int i) {
    Cpu& cpu = cpus_[static_cast<std::size_t>(i)];
    return i != thief && topology_.load(i) >= rules_.steal_thresh && cpu.queue.stealable() > 0 &&
           cpu.queue.first_stealable(thief) != nullptr;
  });
  if (victim < 0) return nullptr;
  Cpu& cpu = cpus_[static_cast<std::size_t>(victim)];
  Thread* const stolen = cpu.queue.first_stealable(thief);
  dequeue(*stolen, cpu);
  ++counters_.steals;
  return stolen;
}

// The balancer's clock runs on, whether or not there is anything to balance.
void Scheduler::arm_balancer() {
  constexpr double kDraws = 4294967296.0;  // 2 to the 32nd
  const auto interval_ns = static_cast<double>(rules_.balance_interval.count());
  while (next_balance_ <= executive_.now())
    next_balance_ += from_ns(interval_ns * (0.5 + topology_.draw() / kDraws));
  balancer_armed_ = true;
  executive_.calendar().call_at<&Scheduler::balance>(next_balance_, Rank::lapse, this);
}

void Scheduler::balance(std::uint64_t) {
  balancer_armed_ = false;
  balance_group();
  if (stealable_ > 0) arm_balancer();
}

// sched_balance_group: from the most loaded CPU to the least loaded one, which then gives nothing away.
void Scheduler::balance_group() {
  std::vector<bool> done(cpus_.size(), false);
  for (;;) {
    const int high = topology_.highest_stealable(topology_.top(), 0, [&](int i) {
      return !done[static_cast<std::size_t>(i)] && cpus_[static_cast<std::size_t>(i)].queue.stealable() > 0;
    });
    if (high < 0) return;
    done[static_cast<std::size_t>(high)] = true;
    Cpu& from = cpus_[static_cast<std::size_t>(high)];
    const int low = topology_.lowest(topology_.top(), 0, high, [&](int i) {
      return !done[static_cast<std::size_t>(i)] && topology_.load(i) < topology_.load(high) &&
             from.queue.first_stealable(i) != nullptr;
    });
    if (low < 0) continue;
    done[static_cast<std::size_t>(low)] = true;
    Thread& thread = *from.queue.first_stealable(low);
    dequeue(thread, from);
    ++counters_.balanced;
    thread.cpu = low;
    place(thread, true);
  }
}

}  // namespace ktlssim
