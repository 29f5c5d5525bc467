// Everything a simulated kernel function can reach: the clock, the CPUs, the costs, the state of the
// subsystems.
#pragma once

#include <algorithm>
#include <array>
#include <boost/container/stable_vector.hpp>
#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/scenario.hpp"
#include "sim/kernel/fault_injection.hpp"
#include "sim/kernel/intr_machdep.hpp"
#include "sim/kernel/kern_mutex.hpp"
#include "sim/kernel/mbuf.hpp"
#include "sim/kernel/memory.hpp"
#include "sim/kernel/numa.hpp"
#include "sim/kernel/sched_ule.hpp"
#include "sim/kernel/socket.hpp"
#include "sim/kernel/uipc_ktls.hpp"
#include "sim/measure/recorder.hpp"

namespace ktlssim {

class Clients;
class Driver;
class FilePages;
class Network;

// Contention by kind of lock.
struct Locks {
  LockStatistics work_queue{"work_queue"};
  LockStatistics inpcb{"inpcb"};  // and SOCK_LOCK of the same connection
  LockStatistics receiver_inpcb{"receiver_inpcb"};
  LockStatistics ocf_session{"ocf_session"};
  LockStatistics driver_session{"driver_session"};
  LockStatistics ring{"ring"};
  LockStatistics crypto_queue{"crypto_queue"};
  LockStatistics sockbuf{"sockbuf"};
  LockStatistics netisr{"netisr"};

  std::array<const LockStatistics*, 9> all() const {
    return {&work_queue, &inpcb,        &receiver_inpcb, &ocf_session, &driver_session,
            &ring,       &crypto_queue, &sockbuf,        &netisr};
  }
};

// struct tcpstat, what is of interest here, and what became of failed connections.
struct TcpStats {
  std::int64_t lost_packets = 0;  // on the link, or at a full netisr queue
  std::int64_t sndrexmitpack = 0;
  std::int64_t fast_recoveries = 0;
  std::int64_t rexmttimeo = 0;
  std::int64_t reread_bytes = 0;  // NIC TLS: of records that were read again for a retransmission
  std::int64_t epipe_writes = 0;  // system calls that failed with EPIPE
  std::int64_t eof_events = 0;    // kevents with EV_EOF and so_error in fflags
  std::int64_t ebadmsg_reads = 0;
  std::int64_t lost_arrivals = 0;  // records that came for a connection that is gone; since the measured time began
};

class Kernel {
 public:
  Kernel(Executive& executive_, const Scenario& scenario_, std::uint64_t replication_);

  // The stream of this run for the source of randomness `name`.
  boost::random::mt19937_64 random_stream(std::string_view name) const;

  Time now() const { return sched.now(); }
  Calendar& calendar() { return executive.calendar(); }
  // Scheduler::charge. A zero cost only settles what is owed.
  void charge(Function function, Time cost) {
    if (cost == kNoTime)
      settle();
    else if (steps_vary_) [[unlikely]]
      charge_about(function, cost);
    else
      sched.charge(function, cost);
  }

  // A cost that passes together with what follows, where nobody sees what the thread does in between:
  // Scheduler::spend.
  void spend(Function function, Time cost) {
    if (cost == kNoTime) return;
    if (steps_vary_) [[unlikely]]
      charge_about(function, cost);
    else
      sched.spend(function, cost);
  }
  void settle() { sched.settle(); }
  // When the executing thread last settled: what it owes comes later. For levels that are measured, not acted
  // on.
  Time settled_at() const { return executive.now(); }

  // Moves it now.
  void move(const Traffic& traffic) {
    for (const Traffic::Part& part : traffic.parts)
      if (part.bytes > 0) memory.move(part.bytes, now(), part.domain);
    numa.cross(traffic.crossing, now());
  }

  // A step during which that moves: takes `cost`, or until what has moved it has caught up.
  void charge_moving(Function function, Time cost, const Traffic& traffic) {
    settle();
    move(traffic);
    Time caught_up = traffic.crossing > 0 ? numa.caught_up() : kNoTime;
    for (const Traffic::Part& part : traffic.parts)
      if (part.bytes > 0) caught_up = std::max(caught_up, memory.caught_up(part.domain));
    charge(function, cost);
    sched.stall(caught_up);
  }

  // The same of so many bytes in the thread's own domain.
  void charge_moving(Function function, Time cost, std::int64_t bytes) {
    if (numa.matters()) settle();  // it may go to another CPU before it copies
    charge_moving(function, cost, Traffic{.parts = {{{bytes, numa.matters() ? curdomain(*this) : 0}}}});
  }

  // When memory and interconnect have caught up with what has moved so far: hardware waits for all of it.
  Time caught_up() const { return std::max(memory.caught_up(), numa.caught_up()); }

  // wakeup(9): the caller pays. The thread, if it sleeps on that channel, may run before this returns.
  void wakeup(Thread* thread, std::string_view wchan) {
    charge(Function::wakeup, scenario.host.scheduler.wakeup_ns.ns());
    if (thread == nullptr || thread->wchan != wchan) return;
    sched.make_runnable(*thread);
    woke(*this, *thread);
  }

  // pause(9) of the executing thread.
  void sleep_for(Time time, std::string_view wchan);

  void mtx_lock(Mutex& mutex, LockStatistics& statistics) {
    mutex.lock(sched, statistics, scenario.host.scheduler.turnstile_ns.ns());
  }
  void mtx_unlock(Mutex& mutex) { mutex.unlock(sched); }

  Executive& executive;
  const Scenario& scenario;
  const SegmentSizes segments;
  const bool tso;
  const std::int64_t bytes_per_mbuf;  // that shares pages of what a burst sends; 0: no card frees it
  const std::uint64_t replication;
  Window window;
  Memory memory;
  Numa numa;
  Scheduler sched;
  InterruptVectors vectors;
  Recorder recorder;
  Locks locks;
  TcpStats tcpstat;
  MbufPool mbufs;
  boost::random::mt19937_64 flow_ids;
  FaultInjection faults;
  Opencrypto opencrypto;
  Ktls ktls;
  boost::container::stable_vector<Socket> sockets;
  std::vector<Driver*> drivers;  // those that OpenCrypto selects from
  FilePages* file_pages = nullptr;  // null where every file page is resident
  Network* network = nullptr;    // null where the workload has no TCP
  Clients* clients = nullptr;    // null where they ask for nothing

 private:
  void pause_over(std::uint64_t thread);
  [[gnu::noinline, gnu::cold]] void charge_about(Function function, Time cost);

  const bool steps_vary_;
  boost::random::mt19937_64 steps_;
};

inline const ApplicationCosts& application_costs(const Kernel& k) { return k.scenario.host.application; }
inline const KtlsCosts& ktls_costs(const Kernel& k) { return k.scenario.host.ktls; }

}  // namespace ktlssim
