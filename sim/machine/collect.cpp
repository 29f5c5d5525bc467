#include "sim/machine/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/machine/findings.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

double window_ns(const Kernel& k) { return static_cast<double>((k.window.end - k.window.begin).count()); }

// Why a class is limited by its busiest thread.
std::string_view explanation(ThreadClass thread_class) {
  switch (thread_class) {
    case ThreadClass::application:
      return "has no CPU time left: more application threads would send more";
    case ThreadClass::ktls:
      return "is always running: its CPU cost per record limits";
    case ThreadClass::interrupt:
      return "is always running: what one interrupt thread does per completion and acknowledgement limits";
    case ThreadClass::netisr:
      return "is always running: every segment and acknowledgement of loopback passes through it";
    case ThreadClass::crypto:
      return "is always running: the callbacks of its sessions limit";
    case ThreadClass::receiver:
      return "has no CPU time left: reading and decrypting limit";
  }
  return "";
}

// Stalls are what memory does to CPUs, not what they have to do.
Resource cpus_resource(const Kernel& k) {
  std::int64_t busy = 0;
  for (const auto& thread : k.sched.threads()) busy += thread->working_ns();
  return {.name = "CPUs",
          .kind = "cpu",
          .servers = static_cast<double>(k.sched.cpus()),
          .demand_us = per_record_us(static_cast<double>(busy), k.recorder.window_ready()),
          .utilization = static_cast<double>(busy) / window_ns(k) / k.sched.cpus(),
          .what_it_means = "all CPUs are busy: CPU time per record limits"};
}

// One CPU may be full while the others are not: threads that are bound to it, and interrupt threads that stay
// with it, wait for each other.
Resource busiest_cpu(const Kernel& k) {
  std::int64_t most = -1;
  int busiest = 0;
  for (int cpu = 0; cpu < k.sched.cpus(); ++cpu) {
    const std::int64_t working = k.sched.working_ns(cpu);
    if (working <= most) continue;
    most = working;
    busiest = cpu;
  }
  return {.name = "busiest CPU",
          .kind = "single_cpu",
          .servers = 1,
          .demand_us = per_record_us(static_cast<double>(most), k.recorder.window_ready()),
          .utilization = static_cast<double>(most) / window_ns(k),
          .what_it_means = fmt::format("CPU {} is always busy: its threads wait for each other, though other CPUs "
                                       "may have time left",
                                       busiest)};
}

// Workers with sessions, all together and the busiest. Occupied = running, runnable, or asleep in "ocfktls",
// where a worker cannot take other work.
void add_workers(const Kernel& k, std::vector<Resource>& resources) {
  if (k.ktls.wq.empty()) return;
  std::vector<bool> used(k.ktls.wq.size(), false);
  for (const Socket& so : k.sockets) used[static_cast<std::size_t>(so.tls.wq->index)] = true;
  const auto workers = static_cast<double>(std::count(used.begin(), used.end(), true));
  const bool waits = std::any_of(k.sockets.begin(), k.sockets.end(), [](const Socket& so) {
    return so.tls.mode == KtlsMode::software && !so.tls.crypto.driver->sync() && so.tls.sync_dispatch;
  });
  const auto occupied = [&k](const KtlsWq& wq) {
    return wq.occupied.mean(k.now()) - static_cast<double>(wq.thread->stalled_ns()) / window_ns(k);
  };
  double all = 0;
  const KtlsWq* busiest = &k.ktls.wq.front();
  for (const KtlsWq& wq : k.ktls.wq) {
    all += occupied(wq);
    if (occupied(wq) > occupied(*busiest)) busiest = &wq;
  }
  const auto resource = [&k](std::string name, double servers, double level, std::string meaning) {
    return Resource{.name = std::move(name),
                    .kind = "thread",
                    .servers = servers,
                    .demand_us = per_record_us(level * window_ns(k), k.recorder.window_ready()),
                    .utilization = level / servers,
                    .what_it_means = std::move(meaning)};
  };
  const std::string_view state = waits ? "runs or sleeps in \"ocfktls\" until its one record is encrypted"
                                       : "always has records to encrypt";
  resources.push_back(
      resource("KTLS workers", workers, all, fmt::format("every KTLS worker that has sessions {}", state)));
  resources.push_back(
      resource("busiest KTLS worker", 1, occupied(*busiest),
               fmt::format("{} {}, while others have time left: too few sessions, or flow ids that collide",
                           busiest->thread->name, state)));
}

// The busiest thread of each class that a single thread can limit.
void add_busiest_threads(const Kernel& k, std::vector<Resource>& resources) {
  for (std::size_t c = 0; c < kThreadClassNames.size(); ++c) {
    const auto thread_class = static_cast<ThreadClass>(c);
    const Thread* busiest = nullptr;
    for (const auto& thread : k.sched.threads()) {
      if (thread->thread_class != thread_class) continue;
      if (busiest == nullptr || thread->working_ns() > busiest->working_ns()) busiest = thread.get();
    }
    if (busiest == nullptr || thread_class == ThreadClass::ktls) continue;
    resources.push_back({.name = fmt::format("busiest {} thread", kThreadClassNames[c]),
                         .kind = "thread",
                         .servers = 1,
                         .demand_us = per_record_us(static_cast<double>(busiest->working_ns()), k.recorder.window_ready()),
                         .utilization = static_cast<double>(busiest->working_ns()) / window_ns(k),
                         .what_it_means = fmt::format("{} {}", busiest->name, explanation(thread_class))});
  }
}

// kern.ipc.tls.stats.ocf by the names of the kernel. Receive sessions take AEADs only.
void add_ocf_records(const KtlsStats& s, OcfCounters names,
                     std::vector<std::pair<std::string, std::int64_t>>& all) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t OcfRecords::*>, 6> kKinds{
      {{"tls10_cbc", &OcfRecords::tls10_cbc},
       {"tls11_cbc", &OcfRecords::tls11_cbc},
       {"tls12_gcm", &OcfRecords::tls12_gcm},
       {"tls12_chacha20", &OcfRecords::tls12_chacha20},
       {"tls13_gcm", &OcfRecords::tls13_gcm},
       {"tls13_chacha20", &OcfRecords::tls13_chacha20}}};
  for (const auto& [kind, count] : kKinds) {
    const std::string name = fmt::format("kern.ipc.tls.stats.ocf.{}", kind);
    if (names == OcfCounters::crypts) {
      all.emplace_back(name + "_crypts", s.encrypts.*count + s.decrypts.*count);
      continue;
    }
    if (!kind.ends_with("_cbc") || s.decrypts.*count > 0) all.emplace_back(name + "_decrypts", s.decrypts.*count);
    all.emplace_back(name + "_encrypts", s.encrypts.*count);
  }
}

// Sockets that have so_error set.
std::int64_t so_errors(const Kernel& k) {
  return std::count_if(k.sockets.begin(), k.sockets.end(), [](const Socket& so) { return so.so_error != 0; });
}

std::vector<std::pair<std::string, std::int64_t>> counters(const Kernel& k) {
  const KtlsStats& s = k.ktls.stats;
  std::array<std::int64_t, 3> active{};  // by kind of cipher; a dropped connection has closed its session
  for (const Socket& so : k.sockets)
    if (!so.dropped && k.scenario.ktls.mode != KtlsMode::userland)
      ++active[!is_aead(so.tls.cipher) ? 0 : so.tls.cipher == Cipher::chacha20_poly1305 ? 2 : 1];
  std::vector<std::pair<std::string, std::int64_t>> all{
      {"kern.ipc.tls.sw.cbc", active[0]},
      {"kern.ipc.tls.sw.gcm", active[1]},
      {"kern.ipc.tls.sw.chacha20", active[2]},
      {"kern.ipc.tls.stats.threads", static_cast<std::int64_t>(k.ktls.wq.size())},
      {"kern.ipc.tls.stats.active", active[0] + active[1] + active[2]},
      {"kern.ipc.tls.stats.sw_tx_inqueue", s.sw_tx_inqueue},
      {"kern.ipc.tls.stats.sw_rx_inqueue", s.sw_rx_inqueue},
      {"kern.ipc.tls.stats.sw_tx_pending", s.sw_tx_pending},
      {"kern.ipc.tls.stats.failed_crypto", s.failed_crypto},
  };
  add_ocf_records(s, k.scenario.kernel.ktls.counters.value(), all);
  const std::pair<const char*, std::int64_t> more[] = {
      {"kern.ipc.tls.stats.ocf.inplace", s.inplace},
      {"kern.ipc.tls.stats.ocf.separate_output", s.separate_output},
      {"kern.ipc.tls.stats.ocf.retries", s.retries},
      {"ktlssim.retry_depth_max", s.retry_depth_max},
      {"ktlssim.spilled_records", s.spilled_records},
      {"ktlssim.tls10_misordered_records", s.misordered_records},
      {"ktlssim.lost_packets", k.tcpstat.lost_packets},
      {"ktlssim.tcp_sndrexmitpack", k.tcpstat.sndrexmitpack},
      {"ktlssim.tcp_fast_recoveries", k.tcpstat.fast_recoveries},
      {"ktlssim.tcp_rexmttimeo", k.tcpstat.rexmttimeo},
      {"ktlssim.nic_tls_reread_bytes", k.tcpstat.reread_bytes},
      {"ktlssim.so_error_eio", so_errors(k)},
      {"ktlssim.epipe_writes", k.tcpstat.epipe_writes},
      {"ktlssim.eof_kevents", k.tcpstat.eof_events},
      {"ktlssim.ebadmsg_reads", k.tcpstat.ebadmsg_reads},
  };
  all.insert(all.end(), std::begin(more), std::end(more));
  const bool reclaims = k.scenario.kernel.ktls.contig_allocation.value() == ContigAllocation::reclaim_thread;
  const std::string_view allocs = reclaims ? "reclaims" : "allocs";
  std::int64_t failures = 0;
  for (std::size_t i = 0; i < k.ktls.domains.size(); ++i) {
    all.emplace_back(fmt::format("kern.ipc.tls.domain{}.{}", i, allocs), k.ktls.domains[i].allocs);
    failures += k.ktls.domains[i].failures;
  }
  all.emplace_back("ktlssim.buffer_cache_failures", failures);
  if (k.numa.matters())
    all.emplace_back("ktlssim.numa_crossing_bytes", k.numa.crossed_bytes());
  for (const Driver* const driver : k.drivers)
    for (auto& counter : driver->counters()) all.push_back(std::move(counter));
  return all;
}

}  // namespace

RunResult collect(Kernel& k) {
  RunResult result;
  std::int64_t busy = 0;
  for (const auto& thread : k.sched.threads()) {
    for (std::size_t f = 0; f < kFunctionCount; ++f) {
      if (thread->busy_ns[f] == 0) continue;
      busy += thread->busy_ns[f];
      result.cpu.push_back({thread->name,
                            std::string(name(thread->thread_class)),
                            std::string(kFunctionNames[f]), thread->busy_ns[f]});
    }
  }
  result.metrics = measured_metrics(k, busy);
  result.latency = k.recorder.latency().counts();
  result.counters = counters(k);
  for (int cpu = 0; cpu < k.sched.cpus(); ++cpu) result.cpu_busy_ns.push_back(k.sched.busy_ns(cpu));
  result.resources = {cpus_resource(k), busiest_cpu(k)};
  add_workers(k, result.resources);
  add_busiest_threads(k, result.resources);
  for (const Driver* const driver : k.drivers)
    for (Resource& resource : driver->resources(k.recorder.window_ready()))
      result.resources.push_back(std::move(resource));
  if (k.network != nullptr)
    for (Resource& resource : k.network->resources(k.recorder.window_ready()))
      result.resources.push_back(std::move(resource));
  for (Resource& resource : k.numa.resources(k.recorder.window_ready())) result.resources.push_back(std::move(resource));
  for (Resource& resource : k.memory.resources(k.recorder.window_ready()))
    result.resources.push_back(std::move(resource));
  result.findings = findings(k, result.resources);
  result.starving = starving_threads(k);
  result.fingerprint = k.sched.fingerprint();
  result.records_simulated = static_cast<std::uint64_t>(k.recorder.records_ready());
  return result;
}

}  // namespace ktlssim
