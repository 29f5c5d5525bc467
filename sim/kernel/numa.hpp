// That memory lies in domains: lines and bytes that come from another one, and the interconnect over which they come,
// a ceiling like that of memory. Where the host states no costs of it (NumaCosts), or has one domain, nothing happens.
//
// Lines of a connection and of a record lie where a thread wrote them last, and go along with the next one that works
// on them. Pages lie where they were allocated: of a file in the domain of its connection (/workload/numa_silo) or in
// all domains, record by record; of what a thread copies or encrypts to, in its own. Ports of the NIC lie where
// Scenario::port_domain says, a session's disk in a domain of its own, cards in that of the first port.
#pragma once

#include <cstdint>
#include <vector>

#include "models/scenario.hpp"
#include "sim/kernel/memory.hpp"

namespace ktlssim {

class Kernel;
struct Mbuf;
struct Socket;
struct Thread;

class Numa {
 public:
  Numa(const Scenario& scenario, const Window& window);

  bool matters() const { return matters_; }
  const NumaCosts& costs() const { return scenario_.host.numa; }

  // So many bytes go from one domain to another now.
  void cross(std::int64_t bytes, Time now) {
    if (bytes > 0) interconnect_.move(bytes, now);
  }
  // When the interconnect has caught up with what has crossed so far.
  Time caught_up() const { return interconnect_.caught_up(); }

  // What crosses where a request is done in `domain`.
  std::int64_t crossing(const Cryptop& crp, int domain) const;
  // What crosses while a port in `domain` reads a part of the stream.
  static std::int64_t crossing(const Socket& so, std::int64_t from, std::int64_t bytes, int domain);
  // What crosses while the disk of `so` writes the pages of a batch.
  std::int64_t crossing_from_disk(const Socket& so, const Mbuf& top, std::int64_t npages) const;

  int port_of(const Socket& so) const;
  int card() const;
  // Where the pages lie that a session's record of this number is made of.
  int file_pages(const Socket& so, std::uint64_t number) const;

  double gbytes_per_s() const { return interconnect_.gbytes_per_s(); }
  std::vector<Resource> resources(std::int64_t records) const;

 private:
  const Scenario& scenario_;
  const bool matters_;
  const MemoryCosts interconnect_costs_;
  Memory interconnect_;
};

// The domain of the executing thread.
int curdomain(Kernel& k);
// The executing thread works on a connection, or on a record.
void touch(Kernel& k, Socket& so);
void touch(Kernel& k, Mbuf& m);
// It has woken a thread, which is to run on that one's CPU.
void woke(Kernel& k, const Thread& thread);
// What crosses where the executing thread does a request itself.
std::int64_t crossing_here(Kernel& k, const Cryptop& crp);

}  // namespace ktlssim
