#include "sim/kernel/numa.hpp"

#include <algorithm>

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

MemoryCosts interconnect(const HostProfile& host) {
  MemoryCosts costs = host.memory;
  costs.bandwidth_gbytes_per_s = host.domains_differ() ? host.numa.interconnect_gbytes_per_s : Quantity{};
  return costs;
}

// Takes lines along that lie in `where`.
void fetch(Kernel& k, std::uint8_t& where, const Quantity& lines) {
  if (!k.numa.matters()) return;
  k.settle();  // who comes first has them
  const int here = curdomain(k);
  if (where == here) return;
  where = static_cast<std::uint8_t>(here);
  k.spend(Function::remote_lines, from_ns(k.numa.costs().remote_line_ns.value() * lines.value()));
}

}  // namespace

Numa::Numa(const Scenario& scenario, const Window& window)
    : scenario_(scenario),
      matters_(scenario.host.domains_differ()),
      interconnect_costs_(interconnect(scenario.host)),
      interconnect_(interconnect_costs_, window) {}

std::int64_t Numa::crossing(const Cryptop& crp, int domain) const {
  const Mbuf& m = *crp.cb_mbuf;
  if (!matters_ || m.so == nullptr) return 0;  // a received record has no socket
  const int to = m.destination == DestinationBuffer::in_place ? m.page_domain : m.domain;
  const std::int64_t read = m.page_domain == domain ? 0 : crp.payload_bytes;
  const std::int64_t written = to == domain || is_mac(crp.ses->algorithm) ? 0 : crp.payload_bytes;
  return read + written;
}

std::int64_t Numa::crossing(const Socket& so, std::int64_t from, std::int64_t bytes, int domain) {
  const std::int64_t to = from + bytes;
  std::int64_t begin = so.snd_una - so.so_snd.acked_of_head;
  std::int64_t crossing = 0;
  for (const Mbuf* m = so.so_snd.sb_mb; m != nullptr && begin < to; m = m->m_next) {
    const std::int64_t end = begin + m->wire_bytes;
    if (end > from && m->page_domain != domain) crossing += std::min(end, to) - std::max(begin, from);
    begin = end;
  }
  return crossing;
}

std::int64_t Numa::crossing_from_disk(const Socket& so, const Mbuf& top, std::int64_t npages) const {
  if (!matters_) return 0;
  const std::int64_t domains = scenario_.host.numa_domains.count();
  const std::int64_t disk = so.index / domains % domains;
  std::int64_t bytes = 0;
  for (const Mbuf* m = &top; npages > 0; npages -= m->npgs, m = m->m_next)
    if (m->page_domain != disk) bytes += m->npgs * scenario_.host.page();
  return bytes;
}

int Numa::port_of(const Socket& so) const { return static_cast<int>(scenario_.port_domain(so.flowid)); }

int Numa::card() const { return static_cast<int>(std::max<std::int64_t>(0, scenario_.network.numa_domain)); }

int Numa::file_pages(const Socket& so, std::uint64_t number) const {
  if (scenario_.workload.numa_silo) return port_of(so);
  const auto domains = static_cast<std::uint64_t>(scenario_.host.numa_domains.count());
  return static_cast<int>((number + static_cast<std::uint64_t>(so.index)) % domains);
}

std::vector<Resource> Numa::resources(std::int64_t records) const {
  std::vector<Resource> all = interconnect_.resources(records);
  for (Resource& resource : all) {
    resource.name = resource.kind = "interconnect";
    resource.what_it_means = "nothing more goes from one NUMA domain to another: only siloing helps";
  }
  return all;
}

int curdomain(Kernel& k) { return static_cast<int>(k.scenario.domain_of(k.sched.curthread()->cpu)); }

void touch(Kernel& k, Socket& so) { fetch(k, so.lines_in, k.numa.costs().connection_lines); }
void touch(Kernel& k, Mbuf& m) { fetch(k, m.lines_in, k.numa.costs().record_lines); }

void woke(Kernel& k, const Thread& thread) {
  if (!k.numa.matters() || k.scenario.domain_of(thread.cpu) == curdomain(k)) return;
  const NumaCosts& costs = k.numa.costs();
  k.charge(Function::remote_lines, from_ns(costs.remote_line_ns.value() * costs.wakeup_lines.value()));
}

std::int64_t crossing_here(Kernel& k, const Cryptop& crp) {
  if (!k.numa.matters()) return 0;
  k.settle();
  return k.numa.crossing(crp, curdomain(k));
}

}  // namespace ktlssim
