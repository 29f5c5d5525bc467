#include "sim/machine/collect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "sim/drivers/driver.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_ktls_memory.hpp"
#include "sim/kernel/ifnet.hpp"

namespace ktlssim {

namespace {

double per_record_us(std::int64_t ns, std::int64_t records) {
  return records > 0 ? static_cast<double>(ns) / static_cast<double>(records) / 1e3 : 0;
}

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
          .demand_us = per_record_us(busy, k.recorder.window_ready()),
          .utilization = static_cast<double>(busy) / window_ns(k) / k.sched.cpus(),
          .what_it_means = "all CPUs are busy: CPU time per record limits"};
}

// Workers with sessions, all together and the busiest. Occupied = running, runnable, or asleep in "ocfktls",
// where a worker cannot take other work.
void add_workers(const Kernel& k, std::vector<Resource>& resources) {
  std::vector<bool> used(k.ktls.wq.size(), false);
  for (const Socket& so : k.sockets) used[static_cast<std::size_t>(so.tls.wq->index)] = true;
  const auto workers = static_cast<double>(std::count(used.begin(), used.end(), true));
  const bool waits = std::any_of(k.sockets.begin(), k.sockets.end(), [](const Socket& so) {
    return !so.tls.crypto.driver->sync() && so.tls.sync_dispatch;
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
                    .demand_us = per_record_us(static_cast<std::int64_t>(level * window_ns(k)),
                                               k.recorder.window_ready()),
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
                         .demand_us = per_record_us(busiest->working_ns(), k.recorder.window_ready()),
                         .utilization = static_cast<double>(busiest->working_ns()) / window_ns(k),
                         .what_it_means = fmt::format("{} {}", busiest->name, explanation(thread_class))});
  }
}

// At the end of the run.
std::int64_t live_connections(const Kernel& k) {
  return std::count_if(k.sockets.begin(), k.sockets.end(), [](const Socket& so) { return !so.dropped; });
}

std::vector<Metric> metrics(const Kernel& k, std::int64_t busy) {
  const Recorder& r = k.recorder;
  const double seconds = window_ns(k) / 1e9;
  const SchedulerCounters& s = k.sched.counters();
  const std::int64_t bytes = k.network != nullptr ? r.window_acknowledged_bytes() : r.window_ready_bytes();
  const auto rate = [seconds](std::int64_t count) { return static_cast<double>(count) / seconds; };
  double device = 0;
  for (const Driver* const driver : k.drivers)
    for (const Resource& resource : driver->resources(r.window_ready()))
      if (resource.kind == "device") device = std::max(device, resource.utilization);
  const auto latency = [&r](std::size_t i) {
    const auto& [name, q] = kLatencyQuantiles[i];
    return Metric{std::string(name), "us", r.latency().quantile_us(q)};
  };
  std::vector<Metric> all{
      {"throughput_gbps", "Gbit/s", rate(bytes) * 8 / 1e9},
      {"records_per_second", "1/s", rate(r.window_ready())},
      {"cpu_percent", "%", 100 * static_cast<double>(busy) / window_ns(k) / k.sched.cpus()},
      {"cpu_us_per_record", "us", per_record_us(busy, r.window_ready())},
      {"latency_ready_us_mean", "us", r.latency().mean_us()},
      latency(0),
      latency(1),
      latency(2),
      {"device_utilization", "1", device},
      {"in_flight_mean", "records", r.stations.of(Place::ocf).mean(k.now())},
      {"in_flight_max", "records", static_cast<double>(r.stations.of(Place::ocf).max())},
      {"context_switches_per_second", "1/s", rate(s.context_switches)},
      {"interrupts_per_second", "1/s", rate(r.interrupts())},
      {"wakeups_per_second", "1/s", rate(s.wakeups)},
      {"states_per_cpu_mean", "states", r.states.mean(k.now()) / k.sched.cpus()},
      {"states_per_cpu_max", "states", static_cast<double>(r.states.max()) / k.sched.cpus()},
      {"state_bytes_mean", "B", r.states.mean(k.now()) * static_cast<double>(state_bytes(k))},
      {"state_bytes_max", "B", static_cast<double>(r.states.max() * state_bytes(k))},
      {"buffer_bytes_mean", "B", r.buffer_bytes.mean(k.now())},
      {"buffer_bytes_per_cpu_mean", "B", r.buffer_bytes.mean(k.now()) / k.sched.cpus()},
      {"buffer_bytes_max", "B", static_cast<double>(r.buffer_bytes.max())},
      {"memory_gbytes_per_s", "GB/s", k.memory.gbytes_per_s()},
      {"failed_records", "records", static_cast<double>(r.window_failed())},
      {"aborted_connections", "connections", static_cast<double>(r.aborted())},
      {"live_connections", "connections", static_cast<double>(live_connections(k))},
      {"lost_arrivals", "records", static_cast<double>(k.tcpstat.lost_arrivals)},
  };
  std::int64_t waited_ns = 0;
  for (const LockStatistics* const lock : k.locks.all()) {
    all.push_back({fmt::format("lock_wait_{}_us_per_record", lock->name), "us",
                   per_record_us(lock->waited_ns, r.window_ready())});
    waited_ns += lock->waited_ns;
  }
  all.push_back({"lock_wait_us_per_record", "us", per_record_us(waited_ns, r.window_ready())});
  if (k.scenario.session_groups.empty()) return all;
  for (std::size_t group = 0; group < k.scenario.all_tls().size(); ++group)
    all.push_back({fmt::format("throughput_gbps_group_{}", group), "Gbit/s",
                   rate(r.window_delivered_bytes(group)) * 8 / 1e9});
  return all;
}

// Sockets that have so_error set.
std::int64_t so_errors(const Kernel& k) {
  return std::count_if(k.sockets.begin(), k.sockets.end(), [](const Socket& so) { return so.so_error != 0; });
}

std::vector<std::pair<std::string, std::int64_t>> counters(const Kernel& k) {
  const KtlsStats& s = k.ktls.stats;
  std::array<std::int64_t, 3> active{};  // by kind of cipher; a dropped connection has closed its session
  for (const Socket& so : k.sockets)
    if (!so.dropped)
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
      {"kern.ipc.tls.stats.ocf.tls10_cbc_crypts", s.tls10_cbc_crypts},
      {"kern.ipc.tls.stats.ocf.tls11_cbc_crypts", s.tls11_cbc_crypts},
      {"kern.ipc.tls.stats.ocf.tls12_gcm_crypts", s.tls12_gcm_crypts},
      {"kern.ipc.tls.stats.ocf.tls12_chacha20_crypts", s.tls12_chacha20_crypts},
      {"kern.ipc.tls.stats.ocf.tls13_gcm_crypts", s.tls13_gcm_crypts},
      {"kern.ipc.tls.stats.ocf.tls13_chacha20_crypts", s.tls13_chacha20_crypts},
      {"kern.ipc.tls.stats.ocf.inplace", s.inplace},
      {"kern.ipc.tls.stats.ocf.separate_output", s.separate_output},
      {"kern.ipc.tls.stats.ocf.retries", s.retries},
      {"ktlssim.retry_depth_max", s.retry_depth_max},
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
  std::int64_t failures = 0;
  for (std::size_t i = 0; i < k.ktls.domains.size(); ++i) {
    all.emplace_back(fmt::format("kern.ipc.tls.domain{}.allocs", i), k.ktls.domains[i].allocs);
    if (k.scenario.ktls.contig_memory == ContigMemory::reclaim_thread)
      all.emplace_back(fmt::format("kern.ipc.tls.domain{}.reclaims", i), k.ktls.domains[i].reclaims);
    failures += k.ktls.domains[i].failures;
  }
  all.emplace_back("ktlssim.buffer_cache_failures", failures);
  for (const Driver* const driver : k.drivers)
    for (auto& counter : driver->counters()) all.push_back(std::move(counter));
  return all;
}

}  // namespace

std::span<const std::string_view> metric_names() {
  static constexpr std::array<std::string_view, 36> kNames{"throughput_gbps",
                                                           "records_per_second",
                                                           "cpu_percent",
                                                           "cpu_us_per_record",
                                                           "latency_ready_us_mean",
                                                           "latency_ready_us_p50",
                                                           "latency_ready_us_p99",
                                                           "latency_ready_us_p999",
                                                           "device_utilization",
                                                           "in_flight_mean",
                                                           "in_flight_max",
                                                           "context_switches_per_second",
                                                           "interrupts_per_second",
                                                           "wakeups_per_second",
                                                           "states_per_cpu_mean",
                                                           "states_per_cpu_max",
                                                           "state_bytes_mean",
                                                           "state_bytes_max",
                                                           "buffer_bytes_mean",
                                                           "buffer_bytes_per_cpu_mean",
                                                           "buffer_bytes_max",
                                                           "memory_gbytes_per_s",
                                                           "failed_records",
                                                           "aborted_connections",
                                                           "live_connections",
                                                           "lost_arrivals",
                                                           "lock_wait_work_queue_us_per_record",
                                                           "lock_wait_inpcb_us_per_record",
                                                           "lock_wait_receiver_inpcb_us_per_record",
                                                           "lock_wait_ocf_session_us_per_record",
                                                           "lock_wait_driver_session_us_per_record",
                                                           "lock_wait_ring_us_per_record",
                                                           "lock_wait_crypto_queue_us_per_record",
                                                           "lock_wait_sockbuf_us_per_record",
                                                           "lock_wait_netisr_us_per_record",
                                                           "lock_wait_us_per_record"};
  return kNames;
}

RunResult collect(Kernel& k) {
  RunResult result;
  std::int64_t busy = 0;
  for (const auto& thread : k.sched.threads()) {
    for (std::size_t f = 0; f < kFunctionCount; ++f) {
      if (thread->busy_ns[f] == 0) continue;
      busy += thread->busy_ns[f];
      result.cpu.push_back({thread->name,
                            std::string(kThreadClassNames[static_cast<std::size_t>(thread->thread_class)]),
                            std::string(kFunctionNames[f]), thread->busy_ns[f]});
    }
  }
  result.metrics = metrics(k, busy);
  result.latency = k.recorder.latency().counts();
  result.counters = counters(k);
  result.resources = {cpus_resource(k)};
  add_workers(k, result.resources);
  add_busiest_threads(k, result.resources);
  for (const Driver* const driver : k.drivers)
    for (Resource& resource : driver->resources(k.recorder.window_ready()))
      result.resources.push_back(std::move(resource));
  if (k.network != nullptr)
    for (Resource& resource : k.network->resources(k.recorder.window_ready()))
      result.resources.push_back(std::move(resource));
  for (Resource& resource : k.memory.resources(k.recorder.window_ready()))
    result.resources.push_back(std::move(resource));
  result.fingerprint = k.sched.fingerprint();
  result.records_simulated = static_cast<std::uint64_t>(k.recorder.records_ready());
  return result;
}

}  // namespace ktlssim
