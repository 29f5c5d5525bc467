#include "sim/kernel/sched_rules.hpp"

#include <algorithm>

namespace ktlssim {

SchedRules sched_rules(const KernelScheduler& kernel) {
  constexpr int kNice = 20;      // SCHED_PRI_NHALF: priorities kept for nice at either end of the batch ones
  constexpr int kL2Ticks = 2;    // CG_SHARE_L2: affinity is counted in ticks of hz
  SchedRules rules;
  rules.tick = std::max(Time{1}, kernel.affinity_l2_ns.ns() / kL2Ticks);
  rules.affine_llc_ticks = static_cast<int>(kernel.affinity_llc_ns.ns() / rules.tick);
  rules.stat_tick = Time{static_cast<std::int64_t>(1e9 / std::max(1.0, kernel.stathz.value()))};
  rules.slice = kernel.slice_ns.ns();
  rules.slice_min = std::min(rules.slice, kernel.slice_min_ns.ns());
  rules.balance_interval = kernel.balance_interval_ns.ns();
  const auto count = [](const Quantity& quantity) { return static_cast<int>(quantity.count()); };
  rules.steal_thresh = count(kernel.steal_thresh);
  rules.thread_load = count(kernel.thread_load);
  rules.affinity_load = count(kernel.affinity_load);
  rules.random_ties = count(kernel.random_load) > 0;
  rules.preempt_thresh = count(kernel.preempt_thresh);
  rules.run_queue_width = count(kernel.run_queue_width);
  rules.ithread_slicing = kernel.ithread_slicing.value();
  rules.scored = count(kernel.pri_user) == 0;
  rules.interact_thresh = count(kernel.interact_thresh);
  rules.min_interact = count(kernel.pri_min_interact);
  rules.max_interact = count(kernel.pri_max_interact);
  rules.min_batch = count(kernel.pri_min_batch) + kNice;
  rules.max_batch = count(kernel.pri_max_batch) - kNice;
  rules.static_boost = count(kernel.pri_min_batch);
  rules.max_ithread = count(kernel.pri_max_ithread);
  const auto set = [&rules](ThreadClass c, int priority) {
    rules.priority[static_cast<std::size_t>(c)] = priority;
  };
  const int user = rules.scored ? rules.min_interact : count(kernel.pri_user);
  set(ThreadClass::application, user);
  set(ThreadClass::receiver, user);
  set(ThreadClass::ktls, count(kernel.pri_kthread));
  set(ThreadClass::crypto, count(kernel.pri_kthread));
  set(ThreadClass::interrupt, count(kernel.pri_ithread_net));
  set(ThreadClass::netisr, count(kernel.pri_swi_net));
  return rules;
}

}  // namespace ktlssim
