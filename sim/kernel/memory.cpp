#include "sim/kernel/memory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/mbuf.hpp"

namespace ktlssim {

void Bandwidth::occupy(std::int64_t bytes, Time now) {
  const std::int64_t begin_ps = std::max(free_at_ps_, now.count() * kPsPerNs);
  free_at_ps_ = begin_ps + nearest(static_cast<double>(bytes * kPsPerNs) / limit_);
  busy_ps_ += std::max<std::int64_t>(0, std::min(free_at_ps_, window_->end.count() * kPsPerNs) -
                                            std::max(begin_ps, window_->begin.count() * kPsPerNs));
}

double Bandwidth::utilization() const {
  return static_cast<double>(busy_ps_) / kPsPerNs / static_cast<double>((window_->end - window_->begin).count());
}

Resource Bandwidth::resource(std::string name, std::string kind, std::string what_it_means, std::int64_t records) const {
  return {.name = std::move(name),
          .kind = std::move(kind),
          .servers = 1,
          .demand_us = per_record_us(static_cast<double>(busy_ps_) / kPsPerNs, records),
          .utilization = utilization(),
          .what_it_means = std::move(what_it_means)};
}

Memory::Memory(const MemoryCosts& costs, const Window& window, std::int64_t domains) : costs_(costs), window_(window) {
  const double share = costs.bandwidth_gbytes_per_s.value() / static_cast<double>(domains);
  for (std::int64_t i = 0; i < domains; ++i) domains_.emplace_back(share, costs.backlog_ns, window);
}

Time Memory::caught_up() const {
  Time latest = domains_.front().caught_up();
  for (const Bandwidth& domain : domains_) latest = std::max(latest, domain.caught_up());
  return latest;
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

std::int64_t Memory::moved_bytes() const {
  std::int64_t bytes = 0;
  for (const Bandwidth& domain : domains_) bytes += domain.moved_bytes();
  return bytes;
}

double Memory::gbytes_per_s() const {
  return static_cast<double>(moved_bytes()) / static_cast<double>((window_.end - window_.begin).count());
}

std::vector<Resource> Memory::resources(std::int64_t records) const {
  if (!domains_.front().limited()) return {};
  if (domains_.size() == 1)
    return {domains_.front().resource("memory", "memory",
                                      "memory moves no more bytes: only fewer passes over each record help", records)};
  std::vector<Resource> all;
  for (const Bandwidth& domain : domains_)
    all.push_back(domain.resource(fmt::format("memory of domain {}", all.size()), "memory",
                                  "the memory of this NUMA domain moves no more bytes: pages elsewhere, or fewer passes, help",
                                  records));
  return all;
}

}  // namespace ktlssim
