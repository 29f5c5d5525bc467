// The bandwidth of memory, which CPUs, cards, the NIC and the disks share: a ceiling. Where crossing NUMA domains costs
// (numa.hpp), each domain's memory is one, with an even share. Bytes move first come, first served. Costs per byte are
// of machines under load and contain what waiting there is below the ceiling, so that nobody waits for a backlog of
// less than backlog_ns. Caches are left out.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "models/host_profile.hpp"
#include "sim/measure/run_result.hpp"
#include "sim/measure/window.hpp"

namespace ktlssim {

struct Cryptop;

// What serves bytes, so many a nanosecond; 0: without a limit.
class Bandwidth {
 public:
  Bandwidth(double gbytes_per_s, const Quantity& backlog_ns, const Window& window)
      : limit_(gbytes_per_s), backlog_(gbytes_per_s > 0 ? backlog_ns.ns() : kNoTime), window_(&window) {}

  // So many bytes move now: what hardware moves at a pace of its own, when it has moved.
  void move(std::int64_t bytes, Time now) {
    if (now >= window_->begin) moved_bytes_ += bytes;
    if (limited()) occupy(bytes, now);
  }
  // When it has caught up with what has moved so far. Before that nobody goes on.
  Time caught_up() const { return limited() ? Time{free_at_ps_ / kPsPerNs} - backlog_ : kNoTime; }

  bool limited() const { return limit_ > 0; }
  std::int64_t moved_bytes() const { return moved_bytes_; }
  double utilization() const;
  // What it is among the results.
  Resource resource(std::string name, std::string kind, std::string what_it_means, std::int64_t records) const;

 private:
  static constexpr std::int64_t kPsPerNs = 1000;  // a GB/s is a byte a nanosecond: too coarse for 150 of them

  void occupy(std::int64_t bytes, Time now);

  double limit_;
  Time backlog_;
  const Window* window_;
  std::int64_t free_at_ps_ = 0;
  std::int64_t busy_ps_ = 0;  // within the measured window, as `moved_bytes_`
  std::int64_t moved_bytes_ = 0;
};

// What a step moves: so many bytes of the memory of a domain, or of two, and so many from one domain to another.
struct Traffic {
  struct Part {
    std::int64_t bytes = 0;
    int domain = 0;
  };
  std::array<Part, 2> parts;
  std::int64_t crossing = 0;
  std::int64_t remote = 0;  // bytes in another domain that the thread reads or writes, once each
};

class Memory {
 public:
  Memory(const MemoryCosts& costs, const Window& window, std::int64_t domains = 1);

  void move(std::int64_t bytes, Time now, int domain = 0) {
    domains_[static_cast<std::size_t>(domain)].move(bytes, now);
  }
  // When the memory of a domain has caught up; or all of it.
  Time caught_up(int domain) const { return domains_[static_cast<std::size_t>(domain)].caught_up(); }
  Time caught_up() const;

  // What moves when a CPU copies so many bytes, or does a request of OpenCrypto.
  std::int64_t copied(std::int64_t bytes) const;
  std::int64_t encrypted(const Cryptop& crp) const;

  std::int64_t moved_bytes() const;
  double gbytes_per_s() const;
  std::vector<Resource> resources(std::int64_t records) const;

 private:
  const MemoryCosts& costs_;
  const Window& window_;
  std::vector<Bandwidth> domains_;
};

}  // namespace ktlssim
