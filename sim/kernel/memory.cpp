#include "sim/kernel/memory.hpp"

#include <algorithm>

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/mbuf.hpp"

namespace ktlssim {

void Memory::occupy(std::int64_t bytes, Time now) {
  const std::int64_t begin_ps = std::max(free_at_ps_, now.count() * kPsPerNs);
  free_at_ps_ =
      begin_ps + nearest(static_cast<double>(bytes * kPsPerNs) / costs_.bandwidth_gbytes_per_s.value());
  busy_ps_ += std::max<std::int64_t>(0, std::min(free_at_ps_, window_.end.count() * kPsPerNs) -
                                            std::max(begin_ps, window_.begin.count() * kPsPerNs));
}

std::int64_t Memory::copied(std::int64_t bytes) const {
  return nearest(costs_.copy_passes.value() * static_cast<double>(bytes));
}

// A MAC only reads. Coprocessors write whole lines, so that nothing is read to be overwritten.
std::int64_t Memory::encrypted(const Cryptop& crp) const {
  if (is_mac(crp.ses->algorithm)) return crp.payload_bytes;
  const bool elsewhere = crp.cb_mbuf->destination != DestinationBuffer::in_place;
  return elsewhere && crp.ses->driver->sync() ? copied(crp.payload_bytes) : 2 * crp.payload_bytes;
}

double Memory::gbytes_per_s() const {
  return static_cast<double>(moved_bytes_) / static_cast<double>((window_.end - window_.begin).count());
}

std::vector<Resource> Memory::resources(std::int64_t records) const {
  if (!limited_) return {};
  const double busy_ns = static_cast<double>(busy_ps_) / kPsPerNs;
  return {{.name = "memory",
           .kind = "memory",
           .servers = 1,
           .demand_us = per_record_us(busy_ns, records),
           .utilization = busy_ns / static_cast<double>((window_.end - window_.begin).count()),
           .what_it_means = "memory moves no more bytes: only fewer passes over each record help"}};
}

}  // namespace ktlssim
