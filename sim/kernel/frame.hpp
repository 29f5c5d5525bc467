// Says that the executing thread is in a function of the kernel while this object lives, so that whoever listens knows the
// chain of calls that CPU time is spent in. Where nobody listens, or hardware executes, it is no more than a look at a
// pointer.
#pragma once

#include <string_view>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

class Frame {
 public:
  Frame(Scheduler& scheduler, std::string_view function) : thread_(scheduler.listened_to()) {
    if (thread_ != nullptr) [[unlikely]]
      enter(scheduler.calls(), function);
  }
  ~Frame() {
    if (thread_ != nullptr) [[unlikely]]
      thread_->call = caller_;
  }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

 private:
  [[gnu::noinline]] void enter(CallTree& calls, std::string_view function) {
    caller_ = thread_->call;
    thread_->call = calls.call(caller_, function);
  }

  Thread* thread_;
  CallId caller_ = kNoCall;
};

}  // namespace ktlssim
