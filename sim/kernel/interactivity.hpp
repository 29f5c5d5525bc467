// How interactive a thread is, after sched_interact_score and sched_priority of sched_ule.c: from the time that
// it ran and the time that it slept of its own will.
#pragma once

#include <cstdint>

#include "models/units.hpp"

namespace ktlssim {

struct SchedRules;

class Interactivity {
 public:
  void ran(Time time);
  // So many ticks of hz began while it slept.
  void slept(Time ticks);

  // 0 to 100; below the threshold the thread is interactive.
  int score() const;
  // Of a nice-0 thread that has been there since 0.
  int priority(const SchedRules& rules, Time now) const;

 private:
  void forget();

  std::int64_t runtime_ns_ = 0;  // of the last seconds
  std::int64_t slptime_ns_ = 0;
  std::int64_t ran_ns_ = 0;  // since the begin of time; the kernel looks back ten seconds
};

}  // namespace ktlssim
