#include "sim/machine/call_profile.hpp"

#include <fmt/format.h>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

void CallProfile::begin(Scheduler& scheduler, const Window& measured) {
  scheduler_ = &scheduler;
  measured_ = measured;
}

void CallProfile::ran(const Thread& thread, Function function, CallId caller, Time from, Time until) {
  const std::int64_t ns = measured_.overlap_ns(from, until);
  if (ns > 0) ns_[{thread.index, scheduler_->calls().within(caller, name(function))}] += ns;
}

void CallProfile::end() {
  CallTree& calls = scheduler_->calls();
  for (const auto& [where, ns] : ns_) {
    const auto& [index, innermost] = where;
    const Thread& thread = *scheduler_->threads()[index];
    std::string stack = fmt::format("{};{}", name(thread.thread_class), thread.name);
    for (const CallId call : calls.chain(innermost)) stack += fmt::format(";{}", calls.function(call));
    stacks_[stack] += ns;
  }
}

}  // namespace ktlssim
