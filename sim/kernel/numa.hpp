// That memory lies in domains: lines and bytes that come from another one, the interconnect over which they come, a
// ceiling like that of memory, and whose memory is loaded. Where the host states no costs of it (NumaCosts), or has one
// domain, nothing happens.
//
// Lines of a connection and of a record lie where a thread wrote them last, and go along with the next one that works
// on them. Pages lie where they were allocated: of a file in the domain of its connection (/workload/numa_silo) or in
// all domains, record by record; of what is copied, with the thread; of what is encrypted, where uipc_ktls_memory.cpp
// puts them. Ports of the NIC lie where Scenario::port_domain says, a session's disk in a domain of its own, cards in
// that of the first port.
//
// A store of a CPU to a line of another domain crosses twice: the line is read to be owned, and written back
// (Memory::encrypted counts both). Hardware writes whole lines, once.
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

  // What a request moves that is done in `domain`, where `moved` bytes go over memory for it.
  Traffic traffic(const Cryptop& crp, int domain, std::int64_t moved) const;
  // In which domain the disk of `so` is.
  int disk_of(const Socket& so) const;

  int port_of(const Socket& so) const;
  int card() const;
  // Where the pages lie that a session's record of this number is made of.
  int file_pages(const Socket& so, std::uint64_t number) const;

  std::int64_t crossed_bytes() const { return interconnect_.moved_bytes(); }
  // No value where there is no limit.
  double utilization() const;
  std::vector<Resource> resources(std::int64_t records) const;

 private:
  const Scenario& scenario_;
  const bool matters_;
  Bandwidth interconnect_;
};

// The domain of the executing thread.
int curdomain(Kernel& k);
// The executing thread works on a connection, or on a record.
void touch(Kernel& k, Socket& so);
void touch(Kernel& k, Mbuf& m);
// It has woken a thread, which is to run on that one's CPU.
void woke(Kernel& k, const Thread& thread);
// What moves where the executing thread does a request itself.
Traffic traffic_here(Kernel& k, const Cryptop& crp);
// Its port reads a part of the stream.
void port_reads(Kernel& k, const Socket& so, std::int64_t from, std::int64_t bytes);
// The disk of `so` writes the pages of a batch.
void disk_writes(Kernel& k, const Socket& so, const Mbuf& top, std::int64_t npages);

}  // namespace ktlssim
