#include "sim/kernel/sched_rules.hpp"

namespace ktlssim {

SchedRules sched_rules(const HostProfile& host) {
  const SchedulerCosts& s = host.scheduler;
  constexpr std::int64_t kSecondNs = 1'000'000'000;
  SchedRules rules;
  rules.tick = Time{kSecondNs / s.hz};
  rules.slice = s.slice_ns.ns();
  rules.slice_divisor = static_cast<int>(s.slice_min_divisor);
  rules.balance_interval = from_ms(s.balance_interval_ms);
  rules.affinity_ticks = static_cast<int>(s.affinity_ticks);
  rules.steal_thresh = static_cast<int>(s.steal_thresh);
  rules.preempt_thresh = static_cast<int>(s.preempt_thresh.count());
  rules.ithread_slicing = s.ithread_slicing;
  const auto set = [&rules](ThreadClass c, const Quantity& priority) {
    rules.priority[static_cast<std::size_t>(c)] = static_cast<int>(priority.count());
  };
  set(ThreadClass::application, s.pri_user);
  set(ThreadClass::receiver, s.pri_user);
  set(ThreadClass::ktls, s.pri_kthread);
  set(ThreadClass::crypto, s.pri_kthread);
  set(ThreadClass::interrupt, s.pri_ithread_net);
  set(ThreadClass::netisr, s.pri_swi_net);
  rules.scored = s.pri_user.count() == 0;
  rules.interact_thresh = static_cast<int>(s.interact_thresh);
  rules.min_interact = static_cast<int>(s.pri_min_interact);
  rules.max_interact = static_cast<int>(s.pri_max_interact.count());
  rules.min_batch = static_cast<int>(s.pri_min_batch);
  rules.max_batch = static_cast<int>(s.pri_max_batch);
  rules.static_boost = static_cast<int>(s.pri_static_boost);
  rules.max_ithread = static_cast<int>(s.pri_max_ithread);
  if (rules.scored)
    for (const ThreadClass c : {ThreadClass::application, ThreadClass::receiver})
      rules.priority[static_cast<std::size_t>(c)] = rules.min_interact;
  return rules;
}

}  // namespace ktlssim
