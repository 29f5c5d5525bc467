// Listens for how often CPUs fall idle.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/measure/listener.hpp"

namespace ktlssim {

class IdleTimes final : public Listener {
 public:
  // Within [from, until).
  IdleTimes(Time from, Time until) : from_(from), until_(until) {}

  void begin(Scheduler& scheduler, const Window& measured) override;
  void changed_state(const Thread& thread, Time now) override;
  void end() override;

  // Of all CPUs, those that were over again before the end: idle times between two busy ones, and before the first.
  std::int64_t count() const { return count_; }

 private:
  struct Running {
    std::size_t cpu;
    Time since;
  };
  void went_idle(const Running& running, Time now);

  Time from_;
  Time until_;
  std::vector<Time> busy_until_;  // by CPU
  std::map<std::uint64_t, Running> running_;  // by thread
  std::int64_t count_ = 0;
};

}  // namespace ktlssim
