// A simulated kernel or user thread: its scheduling state, and where its CPU time went.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/units.hpp"
#include "sim/engine/executive.hpp"
#include "sim/kernel/cpuset.hpp"
#include "sim/kernel/function.hpp"
#include "sim/kernel/interactivity.hpp"
#include "sim/kernel/step.hpp"
#include "sim/measure/call_tree.hpp"

namespace ktlssim {

class Mutex;

enum class ThreadClass : std::uint8_t { application, ktls, interrupt, netisr, receiver, crypto };
inline constexpr std::array<std::string_view, 6> kThreadClassNames{"application", "ktls",     "interrupt",
                                                                   "netisr",      "receiver", "crypto"};
inline std::string_view name(ThreadClass thread_class) { return kThreadClassNames[static_cast<std::size_t>(thread_class)]; }
enum class ThreadState : std::uint8_t { sleeping, runnable, running };

// What brought an interrupt thread to its CPU, where another CPU woke it.
enum class Arrival : std::uint8_t {
  queued,  // nothing: it was awake, or the CPU would have looked anyway
  caught,  // a switch, while the interrupt was under way
  landed   // the interrupt
};

struct Thread {
  static constexpr std::int64_t kLongAgo = -1'000'000;  // ticks

  std::uint64_t index = 0;
  std::string name;
  ThreadClass thread_class = ThreadClass::application;
  int base_priority = 0;
  int own_priority = 0;  // base, or raised by a sleep until the return to user mode
  CpuSet cpuset;         // where it may run

  ThreadState state = ThreadState::sleeping;
  int lent_priority = 255;       // by waiters for its locks
  int priority = 0;              // the better of own and lent
  int cpu = 0;                   // where it runs, or ran last
  std::string_view wchan = "-";  // what it sleeps on
  Time asleep_since{0};
  bool asleep_at_will = false;  // not on a turnstile
  Time on_cpu_since{0};
  Time runnable_since{0};
  std::int64_t waited_ns = 0;  // runnable, since the last reset
  std::int64_t left_tick = kLongAgo;  // of hz, at which it left its CPU
  std::int64_t asleep_tick = 0;
  Time slice_used{0};  // since its last wakeup, or its last slice
  Time scored{0};      // when its interactivity was looked at last
  Interactivity interactivity;
  Strand* strand = nullptr;
  int strand_cpu = 0;  // host of the strand: follows `cpu` at the next dispatch

  CallId call = kNoCall;  // it is in, where the scheduler keeps calls
  Step step;              // begins with the switch to this thread, where that is not over
  bool spinning = false;  // burns CPU until a lock is free, or a completion is there
  Function spins_in = Function::mtx_spin;
  Arrival arrival = Arrival::queued;
  bool dozing = false;  // on its way to sleep: sleep_ns
  bool roused = false;  // and woken up before it got there
  bool in_step = false;   // on its CPU, waiting for the end of the step
  Time step_began{0};

  Thread* next_runnable = nullptr;
  Mutex* held = nullptr;  // the mutex taken last, of those owned now

  std::array<std::int64_t, kFunctionCount> busy_ns{};

  bool floats() const { return cpuset.count > 1; }
  // A thread of a process: its CPU time is shared by slices and scored.
  bool timeshare() const {
    return thread_class == ThreadClass::application || thread_class == ThreadClass::receiver;
  }
  // Of interrupts, software ones included.
  bool ithread() const {
    return thread_class == ThreadClass::interrupt || thread_class == ThreadClass::netisr;
  }
  // What it does on its CPU now.
  Function step_function() const {
    if (spinning) return spins_in;
    return step.empty() ? Function::cpu_switch : step.front().function;
  }

  std::int64_t total_busy_ns() const {
    std::int64_t sum = 0;
    for (const std::int64_t ns : busy_ns) sum += ns;
    return sum;
  }
  std::int64_t stalled_ns() const { return busy_ns[static_cast<std::size_t>(Function::memory_stall)]; }
  // What it would take as well if memory were never late.
  std::int64_t working_ns() const { return total_busy_ns() - stalled_ns(); }
};

}  // namespace ktlssim
