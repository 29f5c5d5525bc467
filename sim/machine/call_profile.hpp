// Listens to the CPUs for as long as is measured: how much time went into which chain of calls of which thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "sim/measure/listener.hpp"

namespace ktlssim {

class CallProfile final : public Listener {
 public:
  // Nanoseconds by "class;thread;function;...;function", the outermost function first.
  using Stacks = std::map<std::string, std::int64_t>;

  bool needs_calls() const override { return true; }
  void begin(Scheduler& scheduler, const Window& measured) override;
  void ran(const Thread& thread, Function function, CallId caller, Time from, Time until) override;
  void end() override;

  // Once it has ended. They add up to the busy time of all CPUs.
  const Stacks& stacks() const { return stacks_; }

 private:
  Scheduler* scheduler_ = nullptr;
  Window measured_;
  std::map<std::tuple<std::uint64_t, CallId>, std::int64_t> ns_;  // by thread and innermost call
  Stacks stacks_;
};

}  // namespace ktlssim
