// x86/mp_x86.c: interrupts between CPUs, which cpu_switch may forestall.
#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr unsigned kCpuBits = 10;  // of 1024 CPUs at most

}  // namespace

void Scheduler::ipi_cpu(Thread& thread, int number, Time flight) {
  if (!sleeps(thread)) {
    thread.arrival = Arrival::queued;
    return;
  }
  const Time landing = executive_.now() + flight;
  Cpu& cpu = cpus_[static_cast<std::size_t>(number)];
  if (cpu.current == nullptr || thread.floats()) {  // nothing to switch from, or where it will run is not known yet
    executive_.calendar().call_at<&Scheduler::ipi_wakes>(landing, Rank::hardware, this,
                                                         thread.index << kCpuBits | static_cast<std::uint64_t>(number));
    return;
  }
  ++counters_.wakeups;
  woke_up(thread);
  thread.cpu = number;
  enqueue(thread, cpu, false);
  thread.arrival = cpu.current->ithread() || cpu.ipi_pending ? Arrival::queued : Arrival::caught;
  if (thread.arrival == Arrival::caught) {
    cpu.ipi_pending = true;
    executive_.calendar().call_at<&Scheduler::ipi_lands>(landing, Rank::hardware, this,
                                                         static_cast<std::uint64_t>(cpu.number));
  }
  arm_slice(cpu);
}

void Scheduler::ipi_wakes(std::uint64_t thread_and_cpu) {
  Thread& woken = *threads_[thread_and_cpu >> kCpuBits];
  woken.arrival = Arrival::landed;
  wake(woken, static_cast<int>(thread_and_cpu & ((1U << kCpuBits) - 1)), true);
}

void Scheduler::ipi_lands(std::uint64_t number) {
  Cpu& cpu = cpus_[number];
  cpu.ipi_pending = false;
  if (cpu.queue.empty() || cpu.current == nullptr) return;
  Thread& first = cpu.queue.front();
  if (!first.ithread() || first.priority >= cpu.current->priority) return;
  first.arrival = Arrival::landed;
  ++counters_.preemptions;
  deschedule(cpu, true);
  run_next(cpu);
}

}  // namespace ktlssim
