// Says that the executing thread is in a function of the kernel while this object lives, so that whoever listens knows the
// chain of calls that CPU time is spent in. Where nobody asked for that, it is two looks at a flag.
#pragma once

#include <string_view>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

class Frame {
 public:
  // `function`, the kernel's name, outlives the run.
  Frame(Scheduler& scheduler, std::string_view function) : scheduler_(scheduler) {
    if (scheduler_.keeps_calls()) [[unlikely]]
      scheduler_.enter_call(function);
  }
  ~Frame() {
    if (scheduler_.keeps_calls()) [[unlikely]]
      scheduler_.leave_call();
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  Scheduler& scheduler_;
};

}  // namespace ktlssim
