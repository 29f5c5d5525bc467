// What sched_ule.c and priority.h of a kernel say, in the simulator's units: read once from its profile.
#pragma once

#include <array>

#include "models/kernel_profile.hpp"
#include "sim/kernel/thread.hpp"

namespace ktlssim {

struct SchedRules {
  Time tick{0};  // of hz
  Time stat_tick{0};  // of stathz
  int affine_llc_ticks = 0;  // of hz, for which a thread finds its last-level cache warm
  int thread_load = 0;
  int affinity_load = 0;
  bool random_ties = false;
  Time slice{0};
  Time slice_min{0};
  Time balance_interval{0};
  int steal_thresh = 0;
  int preempt_thresh = 0;
  int run_queue_width = 0;
  bool ithread_slicing = false;

  std::array<int, kThreadClassNames.size()> priority{};  // of each class of threads, before any of it is scored
  bool scored = false;  // applications and receivers have the priority that their interactivity earns
  int interact_thresh = 0;
  int min_interact = 0;
  int max_interact = 0;
  int min_batch = 0;  // of nice 0
  int max_batch = 0;
  int static_boost = 0;  // kern.sched.static_boost: a user thread that sleeps is woken with no worse one
  int max_ithread = 0;
};

SchedRules sched_rules(const KernelScheduler& kernel);

}  // namespace ktlssim
