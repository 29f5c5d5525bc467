#include "sim/kernel/numa.hpp"

#include <algorithm>
#include <limits>

#include "sim/kernel/crypto.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

double interconnect(const HostProfile& host) {
  return host.domains_differ() ? host.numa.interconnect_gbytes_per_s.value() : 0;
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
      interconnect_(interconnect(scenario.host), scenario.host.memory.backlog_ns, window) {}

Traffic Numa::traffic(const Cryptop& crp, int domain, std::int64_t moved) const {
  const Mbuf& m = *crp.cb_mbuf;
  if (!matters_) return {.parts = {{{moved, 0}}}};
  if (m.so == nullptr) return {.parts = {{{moved, domain}}}};  // a received record has no socket
  const std::int64_t read = crp.payload_bytes;
  const std::int64_t written = moved - read;  // with what is read for it
  const int from = m.page_domain;
  const int to = m.destination == DestinationBuffer::in_place ? m.page_domain : m.domain;
  Traffic traffic{.parts = {{{read, from}, {written, to}}}};
  if (from != domain) {
    traffic.crossing += read;
    traffic.remote += read;
  }
  if (to != domain && written > 0) {
    traffic.crossing += written;
    traffic.remote += read;
  }
  return traffic;
}

int Numa::disk_of(const Socket& so) const {
  const auto domains = static_cast<int>(scenario_.host.numa_domains.count());
  return so.index / domains % domains;
}

int Numa::port_of(const Socket& so) const { return static_cast<int>(scenario_.port_domain(so.flowid)); }

int Numa::card() const { return static_cast<int>(std::max<std::int64_t>(0, scenario_.network.numa_domain)); }

int Numa::file_pages(const Socket& so, std::uint64_t number) const {
  if (scenario_.workload.numa_silo) return port_of(so);
  const auto domains = static_cast<std::uint64_t>(scenario_.host.numa_domains.count());
  return static_cast<int>((number + static_cast<std::uint64_t>(so.index)) % domains);
}

double Numa::utilization() const {
  return interconnect_.limited() ? interconnect_.utilization() : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Resource> Numa::resources(std::int64_t records) const {
  if (!interconnect_.limited()) return {};
  return {interconnect_.resource("interconnect", "interconnect",
                                 "nothing more goes from one NUMA domain to another: only siloing helps", records)};
}

int curdomain(Kernel& k) { return static_cast<int>(k.scenario.domain_of(k.sched.curthread()->cpu)); }

void touch(Kernel& k, Socket& so) { fetch(k, so.lines_in, k.numa.costs().connection_lines); }
void touch(Kernel& k, Mbuf& m) { fetch(k, m.lines_in, k.numa.costs().record_lines); }

void woke(Kernel& k, const Thread& thread) {
  if (!k.numa.matters() || k.scenario.domain_of(thread.cpu) == curdomain(k)) return;
  const NumaCosts& costs = k.numa.costs();
  k.charge(Function::remote_lines, from_ns(costs.remote_line_ns.value() * costs.wakeup_lines.value()));
}

Traffic traffic_here(Kernel& k, const Cryptop& crp) {
  const std::int64_t moved = k.memory.encrypted(crp);
  if (!k.numa.matters()) return k.numa.traffic(crp, 0, moved);
  k.settle();
  return k.numa.traffic(crp, curdomain(k), moved);
}

void port_reads(Kernel& k, const Socket& so, std::int64_t from, std::int64_t bytes) {
  const int port = k.numa.port_of(so);
  const std::int64_t to = from + bytes;
  std::int64_t begin = so.snd_una - so.so_snd.acked_of_head;
  for (const Mbuf* m = so.so_snd.sb_mb; m != nullptr && begin < to; m = m->m_next) {
    const std::int64_t end = begin + m->wire_bytes;
    if (end > from) {
      const std::int64_t part = std::min(end, to) - std::max(begin, from);
      k.memory.move(part, k.now(), m->page_domain);
      if (m->page_domain != port) k.numa.cross(part, k.now());
    }
    begin = end;
  }
}

void disk_writes(Kernel& k, const Socket& so, const Mbuf& top, std::int64_t npages) {
  const std::int64_t page = k.scenario.host.page();
  if (!k.numa.matters()) return k.memory.move(npages * page, k.now());
  const int disk = k.numa.disk_of(so);
  for (const Mbuf* m = &top; npages > 0; npages -= m->npgs, m = m->m_next) {
    k.memory.move(m->npgs * page, k.now(), m->page_domain);
    if (m->page_domain != disk) k.numa.cross(m->npgs * page, k.now());
  }
}

}  // namespace ktlssim
