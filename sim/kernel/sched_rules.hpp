// What sched_ule.c and priority.h of a kernel say, in the simulator's units: read once from the scenario.
#pragma once

#include <array>

#include "models/host_profile.hpp"
#include "sim/kernel/thread.hpp"

namespace ktlssim {

struct SchedRules {
  Time tick{0};         // of hz
  Time slice{0};        // sched_slice, of a thread that shares its CPU with one other
  int slice_divisor = 1;  // at most: sched_slice_min
  Time balance_interval{0};
  int affinity_ticks = 0;  // a level of cache
  int steal_thresh = 0;
  int preempt_thresh = 0;
  bool ithread_slicing = false;

  std::array<int, kThreadClassNames.size()> priority{};  // of each class of threads, before any of it is scored
  bool scored = false;  // applications and receivers have the priority that their interactivity earns
  int interact_thresh = 0;
  int min_interact = 0;
  int max_interact = 0;
  int min_batch = 0;
  int max_batch = 0;
  int static_boost = 0;
  int max_ithread = 0;
};

SchedRules sched_rules(const HostProfile& host);

}  // namespace ktlssim
