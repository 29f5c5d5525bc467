// What an adapter reads from the host over its PCIe link: flows that share the data rate evenly while they
// have transfers, each first come, first served. Writes to the host have the other direction for themselves;
// the latency of a read is in the latency of whoever reads.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "sim/engine/calendar.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

class PcieLink {
 public:
  enum class Flow : std::uint8_t { requests, packets };

  // `gbps` of data, what packet headers take already taken off.
  PcieLink(Kernel& kernel, std::string name, double gbps)
      : kernel_(kernel), name_(std::move(name)), gbps_(gbps) {}
  PcieLink(const PcieLink&) = delete;
  PcieLink& operator=(const PcieLink&) = delete;

  // Calls (object->*Method)(tag) when `bytes` have come.
  template <auto Method, class T>
  void read(Flow flow, std::int64_t bytes, T* object, std::uint64_t tag) {
    enqueue(flow,
            {work(bytes), [](void* o, std::uint64_t t) { (static_cast<T*>(o)->*Method)(t); }, object, tag});
  }

  Resource resource(std::int64_t records) const;

 private:
  // In units of a nanosecond of the whole link / kShares, so that a share of it rescales exactly.
  using Work = std::int64_t;
  static constexpr Work kShares = 2'000'000;

  struct Transfer {
    Work left;
    Event::Handler done;
    void* object;
    std::uint64_t tag;
  };

  Work work(std::int64_t bytes) const;
  void enqueue(Flow flow, Transfer transfer);
  Work speed() const;  // of each flow that has transfers, in units of work a nanosecond
  void advance();      // what the flows have read since
  void schedule();     // the next end of a transfer
  void ended(std::uint64_t generation);

  Kernel& kernel_;
  std::string name_;
  double gbps_;
  std::array<std::deque<Transfer>, 2> flows_;
  Time advanced_{0};
  std::uint64_t generation_ = 0;  // of the event in the calendar; an older one is void
  std::int64_t busy_ns_ = 0;      // within the measured window
};

}  // namespace ktlssim
