// The bandwidth of memory, which CPUs, cards, the NIC and the disks share: a ceiling. Bytes move first come,
// first served. Costs per byte are of machines under load and contain what waiting there is below the
// ceiling, so that nobody waits for a backlog of less than backlog_ns. Caches are left out; numa.hpp has what crosses domains.
#pragma once

#include <cstdint>
#include <vector>

#include "models/host_profile.hpp"
#include "sim/measure/run_result.hpp"
#include "sim/measure/window.hpp"

namespace ktlssim {

struct Cryptop;

class Memory {
 public:
  Memory(const MemoryCosts& costs, const Window& window)
      : costs_(costs), window_(window), limited_(costs.bandwidth_gbytes_per_s.value() > 0) {}

  // So many bytes move now: what hardware moves at a pace of its own, when it has moved.
  void move(std::int64_t bytes, Time now) {
    if (now >= window_.begin) moved_bytes_ += bytes;
    if (limited_) occupy(bytes, now);
  }
  // When memory has caught up with what has moved so far. Before that nobody goes on.
  Time caught_up() const {
    return limited_ ? Time{free_at_ps_ / kPsPerNs} - costs_.backlog_ns.ns() : kNoTime;
  }

  // What moves when a CPU copies so many bytes, or does a request of OpenCrypto.
  std::int64_t copied(std::int64_t bytes) const;
  std::int64_t encrypted(const Cryptop& crp) const;

  double gbytes_per_s() const;
  std::vector<Resource> resources(std::int64_t records) const;

 private:
  static constexpr std::int64_t kPsPerNs = 1000;  // a GB/s is a byte a nanosecond: too coarse for 150 of them

  void occupy(std::int64_t bytes, Time now);

  const MemoryCosts& costs_;
  const Window& window_;
  const bool limited_;
  std::int64_t free_at_ps_ = 0;
  std::int64_t busy_ps_ = 0;  // within the measured window, as `moved_bytes_`
  std::int64_t moved_bytes_ = 0;
};

}  // namespace ktlssim
