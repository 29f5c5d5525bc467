// x86/mp_x86.c: interrupts between CPUs, which cpu_switch may forestall.
#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

void Scheduler::ipi_cpu(Thread& thread, int number, Time flight) {
  if (executive_.unwinding()) return;
  if (thread.state != ThreadState::sleeping) {
    thread.roused = thread.dozing;
    thread.arrival = Arrival::queued;
    return;
  }
  const Time landing = executive_.now() + flight;
  if (idle(number)) {
    executive_.calendar().call_at<&Scheduler::ipi_wakes>(landing, Rank::hardware, this, thread.index);
    return;
  }
  ++counters_.wakeups;
  woke_up(thread);
  thread.cpu = pick_cpu(thread, number, true);
  Cpu& cpu = cpu_of(thread);
  enqueue(thread, cpu, false);
  const bool serves = cpu.current != nullptr && cpu.current->ithread();
  thread.arrival = serves || cpu.ipi_pending ? Arrival::queued : Arrival::caught;
  if (thread.arrival == Arrival::caught) {
    cpu.ipi_pending = true;
    executive_.calendar().call_at<&Scheduler::ipi_lands>(landing, Rank::hardware, this,
                                                         static_cast<std::uint64_t>(cpu.number));
  }
  arm_slice(cpu);
}

void Scheduler::ipi_wakes(std::uint64_t thread) {
  Thread& woken = *threads_[thread];
  woken.arrival = Arrival::landed;
  wake(woken, woken.cpu, true);
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
