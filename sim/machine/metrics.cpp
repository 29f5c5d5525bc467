#include "sim/machine/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "sim/kernel/cryptodev.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_ktls_memory.hpp"

namespace ktlssim {

namespace {

double per_second(const Kernel& k, std::int64_t count) {
  return static_cast<double>(count) / (static_cast<double>((k.window.end - k.window.begin).count()) / 1e9);
}

double per_record_us(const Kernel& k, std::int64_t ns) {
  return ktlssim::per_record_us(static_cast<double>(ns), k.recorder.window_ready());
}

double per_cpu(const Kernel& k, double value) { return value / k.sched.cpus(); }

double throughput_gbps(const Kernel& k, std::int64_t) {
  const Recorder& r = k.recorder;
  return per_second(k, k.network != nullptr ? r.window_acknowledged_bytes() : r.window_ready_bytes()) * 8 / 1e9;
}

double cpu_percent(const Kernel& k, std::int64_t busy_ns) {
  const auto window_ns = static_cast<double>((k.window.end - k.window.begin).count());
  return 100 * static_cast<double>(busy_ns) / window_ns / k.sched.cpus();
}

double busiest_cpu_percent(const Kernel& k, std::int64_t) {
  std::int64_t most_ns = 0;
  for (int cpu = 0; cpu < k.sched.cpus(); ++cpu) most_ns = std::max(most_ns, k.sched.busy_ns(cpu));
  return 100 * static_cast<double>(most_ns) / static_cast<double>((k.window.end - k.window.begin).count());
}

// Of the kind of device that is busiest.
double device_utilization(const Kernel& k, std::int64_t) {
  double utilization = 0;
  for (const Driver* const driver : k.drivers)
    for (const Resource& resource : driver->resources(k.recorder.window_ready()))
      if (resource.kind == "device") utilization = std::max(utilization, resource.utilization);
  return utilization;
}

// The drivers of hardware, each of which is a card.
std::vector<const DriverProfile*> cards(const Scenario& s) {
  std::vector<const DriverProfile*> found;
  for (const DriverProfile* const driver : s.drivers())
    if (driver->has_device || driver->traits().encrypts_in_nic) found.push_back(driver);
  return found;
}

double known(const Quantity& quantity) {
  return quantity.provenance() != nullptr ? quantity.value() : std::numeric_limits<double>::quiet_NaN();
}

// Nothing is known where that of one part is not.
double price_usd(const Kernel& k, std::int64_t) {
  double sum = known(k.scenario.host.economy.price_usd);
  for (const DriverProfile* const card : cards(k.scenario)) sum += known(card->price_usd);
  return sum;
}

double watts(const Kernel& k, std::int64_t busy_ns) {
  const HostEconomy& host = k.scenario.host.economy;
  double sum = known(host.idle_watts) + (known(host.busy_watts) - known(host.idle_watts)) * cpu_percent(k, busy_ns) / 100;
  for (const DriverProfile* const card : cards(k.scenario)) sum += known(card->watts);
  return sum;
}

template <double (*value)(const Kernel&, std::int64_t)>
double per_gbps(const Kernel& k, std::int64_t busy_ns) {
  const double gbps = throughput_gbps(k, busy_ns);
  return gbps > 0 ? value(k, busy_ns) / gbps : std::numeric_limits<double>::quiet_NaN();
}

double live_connections(const Kernel& k, std::int64_t) {
  return static_cast<double>(std::ranges::count_if(k.sockets, [](const Socket& so) { return !so.dropped; }));
}

template <std::size_t quantile>
double latency_us(const Kernel& k, std::int64_t) {
  return k.recorder.latency().quantile_us(kLatencyQuantiles[quantile].second);
}

double cross_domain_percent(const Kernel& k, std::int64_t) {
  const auto moved = static_cast<double>(k.memory.moved_bytes());
  if (!k.numa.matters() || moved == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100 * static_cast<double>(k.numa.crossed_bytes()) / moved;
}

template <LockStatistics Locks::*lock>
double lock_wait_us(const Kernel& k, std::int64_t) {
  return per_record_us(k, (k.locks.*lock).waited_ns);
}

double all_locks_us(const Kernel& k, std::int64_t) {
  std::int64_t waited_ns = 0;
  for (const LockStatistics* const lock : k.locks.all()) waited_ns += lock->waited_ns;
  return per_record_us(k, waited_ns);
}

constexpr std::array kMetrics{
    MetricInfo{"throughput_gbps", "Gbit/s", "payload of the records acknowledged (without TCP: made ready)", "throughput", "Gbit/s", false,
               throughput_gbps},
    MetricInfo{"records_per_second", "1/s", "records made ready", "records", "per second", false,
               [](const Kernel& k, std::int64_t) { return per_second(k, k.recorder.window_ready()); }},
    MetricInfo{"cpu_percent", "%", "busy time / (CPUs x time)", "CPU", "% of all CPUs", false,
               cpu_percent},
    MetricInfo{"cpu_percent_per_gbps", "% per Gbit/s", "`cpu_percent` / `throughput_gbps`", "", "% per Gbit/s", false,
               per_gbps<cpu_percent>},
    MetricInfo{"price_usd", "USD", "of host and cards; only where their profiles or the scenario say what each costs", "", "", false,
               price_usd},
    MetricInfo{"price_usd_per_gbps", "USD per Gbit/s", "`price_usd` / `throughput_gbps`", "", "", false,
               per_gbps<price_usd>},
    MetricInfo{"watts", "W", "drawn by host and cards, the host's between idle and busy as `cpu_percent` is; only where their profiles or the scenario say what each draws", "", "", false,
               watts},
    MetricInfo{"watts_per_gbps", "W per Gbit/s", "`watts` / `throughput_gbps`", "", "", false,
               per_gbps<watts>},
    MetricInfo{"cpu_us_per_record", "us", "busy time of all CPUs / records made ready", "", "us per record", false,
               per_record_us},
    MetricInfo{"busiest_cpu_percent", "%", "busy time of the busiest CPU / time", "", "", false,
               busiest_cpu_percent},
    MetricInfo{"latency_ready_us_mean", "us", "from `ktls_enqueue` to ready; queueing for the worker included", "latency to ready, mean", "us", false,
               [](const Kernel& k, std::int64_t) { return k.recorder.latency().mean_us(); }},
    MetricInfo{"latency_ready_us_p50", "us", "median of the same, of all records of all replications together, within 1 %; its interval comes from the spread of the replications' own (\"sectioning\")", "  p50", "us", false,
               latency_us<0>},
    MetricInfo{"latency_ready_us_p99", "us", "99th percentile, likewise", "  p99", "us", false,
               latency_us<1>},
    MetricInfo{"latency_ready_us_p999", "us", "99.9th percentile, likewise", "  p99.9", "us", false,
               latency_us<2>},
    MetricInfo{"device_utilization", "1", "busy time of the engines / (engines x time), of the busiest kind", "device utilization", "", false,
               device_utilization},
    MetricInfo{"in_flight_mean", "records", "OCF requests dispatched and not done; records that wait for a worker are not in it", "in flight, mean", "records", false,
               [](const Kernel& k, std::int64_t) { return k.recorder.stations.of(Place::ocf).mean(k.now()); }},
    MetricInfo{"in_flight_max", "records", "the most at any time", "  max", "records", false,
               [](const Kernel& k, std::int64_t) { return static_cast<double>(k.recorder.stations.of(Place::ocf).max()); }},
    MetricInfo{"context_switches_per_second", "1/s", "dispatches of a thread on a CPU", "context switches", "per second", true,
               [](const Kernel& k, std::int64_t) { return per_second(k, k.sched.counters().context_switches); }},
    MetricInfo{"interrupts_per_second", "1/s", "interrupts raised", "interrupts", "per second", true,
               [](const Kernel& k, std::int64_t) { return per_second(k, k.recorder.interrupts()); }},
    MetricInfo{"wakeups_per_second", "1/s", "sleeping threads made runnable", "wakeups", "per second", true,
               [](const Kernel& k, std::int64_t) { return per_second(k, k.sched.counters().wakeups); }},
    MetricInfo{"states_per_cpu_mean", "states", "request states of asynchronous records / CPUs", "request states, mean", "per CPU", false,
               [](const Kernel& k, std::int64_t) { return per_cpu(k, k.recorder.states.mean(k.now())); }},
    MetricInfo{"states_per_cpu_max", "states", "the most at any time / CPUs", "  max", "per CPU", false,
               [](const Kernel& k, std::int64_t) { return per_cpu(k, static_cast<double>(k.recorder.states.max())); }},
    MetricInfo{"state_bytes_mean", "B", "malloc'ed request state, in malloc(9)'s bins", "", "", false,
               [](const Kernel& k, std::int64_t) { return k.recorder.states.mean(k.now()) * static_cast<double>(state_bytes(k)); }},
    MetricInfo{"state_bytes_max", "B", "the most at any time", "request state, max", "bytes", false,
               [](const Kernel& k, std::int64_t) { return static_cast<double>(k.recorder.states.max() * state_bytes(k)); }},
    MetricInfo{"buffer_bytes_mean", "B", "destination buffers of file-backed records, from encryption to acknowledgement", "", "", false,
               [](const Kernel& k, std::int64_t) { return k.recorder.buffer_bytes.mean(k.now()); }},
    MetricInfo{"buffer_bytes_per_cpu_mean", "B", "the same / CPUs", "", "", false,
               [](const Kernel& k, std::int64_t) { return per_cpu(k, k.recorder.buffer_bytes.mean(k.now())); }},
    MetricInfo{"buffer_bytes_max", "B", "the most at any time", "record buffers, max", "bytes", false,
               [](const Kernel& k, std::int64_t) { return static_cast<double>(k.recorder.buffer_bytes.max()); }},
    MetricInfo{"memory_gbytes_per_s", "GB/s", "what CPUs, cards, NIC and disks move over memory", "", "", false,
               [](const Kernel& k, std::int64_t) { return k.memory.gbytes_per_s(); }},
    MetricInfo{"interconnect_percent", "%", "busy time of the interconnect between NUMA domains / time; only where the host has one", "", "", false,
               [](const Kernel& k, std::int64_t) { return 100 * k.numa.utilization(); }},
    MetricInfo{"cross_domain_percent", "%", "bytes that go from one NUMA domain to another / bytes over memory; only where crossing costs something", "", "", false,
               cross_domain_percent},
    MetricInfo{"failed_records", "records", "given up because a crypto request or the connection failed", "failed records", "", false,
               [](const Kernel& k, std::int64_t) { return static_cast<double>(k.recorder.window_failed()); }},
    MetricInfo{"aborted_connections", "connections", "dropped because a crypto request failed", "aborted connections", "", false,
               [](const Kernel& k, std::int64_t) { return static_cast<double>(k.recorder.aborted()); }},
    MetricInfo{"live_connections", "connections", "not dropped at the end of the run", "live connections", "at the end",
               false, live_connections},
    MetricInfo{"lost_arrivals", "records", "arrivals when no connection was left to take them", "lost arrivals", "records",
               false, [](const Kernel& k, std::int64_t) { return static_cast<double>(k.tcpstat.lost_arrivals); }},
    MetricInfo{"lock_wait_work_queue_us_per_record", "us", "threads spinning and blocked on `ktls_wq` / records made ready", "", "", false,
               lock_wait_us<&Locks::work_queue>},
    MetricInfo{"lock_wait_inpcb_us_per_record", "us", "threads spinning and blocked on the INP lock / records made ready", "", "", false,
               lock_wait_us<&Locks::inpcb>},
    MetricInfo{"lock_wait_receiver_inpcb_us_per_record", "us", "threads spinning and blocked on the INP lock of a receiver on loopback / records made ready", "", "", false,
               lock_wait_us<&Locks::receiver_inpcb>},
    MetricInfo{"lock_wait_ocf_session_us_per_record", "us", "threads spinning and blocked on the lock of `ktls_ocf` sessions / records made ready", "", "", false,
               lock_wait_us<&Locks::ocf_session>},
    MetricInfo{"lock_wait_driver_session_us_per_record", "us", "threads spinning and blocked on the driver's lock of a session / records made ready", "", "", false,
               lock_wait_us<&Locks::driver_session>},
    MetricInfo{"lock_wait_ring_us_per_record", "us", "threads spinning and blocked on the lock of a submission ring / records made ready", "", "", false,
               lock_wait_us<&Locks::ring>},
    MetricInfo{"lock_wait_crypto_queue_us_per_record", "us", "threads spinning and blocked on queues of OpenCrypto, which what-ifs use / records made ready", "", "", false,
               lock_wait_us<&Locks::crypto_queue>},
    MetricInfo{"lock_wait_us_per_record", "us", "the sum of these", "waiting for locks", "us per record", false,
               all_locks_us},
    MetricInfo{"warmup_ms", "ms", "deleted before the measured time, with `measure.warmup` = auto (MSER-5 on the delivered bytes, in 200 batches of `duration_ms`)"},
    MetricInfo{"measured_ms", "ms", "the measured time, where it was left open and found in the run itself (in sweeps)"},
    MetricInfo{"throughput_gbps_group_N", "Gbit/s", "throughput of the Nth group of sessions, from 0, where there are groups"},
};

}  // namespace

std::span<const MetricInfo> metric_table() { return kMetrics; }

std::vector<std::string_view> metric_names() {
  std::vector<std::string_view> names;
  for (const MetricInfo& metric : kMetrics)
    if (metric.value != nullptr) names.push_back(metric.name);
  return names;
}

std::vector<Metric> measured_metrics(const Kernel& k, std::int64_t busy_ns) {
  std::vector<Metric> all;
  for (const MetricInfo& metric : kMetrics)
    if (metric.value != nullptr)
      all.push_back({std::string(metric.name), std::string(metric.unit), metric.value(k, busy_ns)});
  if (k.scenario.session_groups.empty()) return all;
  const std::size_t groups = k.scenario.all_tls().size();
  for (std::size_t group = 0; group < groups; ++group)
    all.push_back({fmt::format("throughput_gbps_group_{}", group), "Gbit/s",
                   per_second(k, k.recorder.window_delivered_bytes(group)) * 8 / 1e9});
  return all;
}

}  // namespace ktlssim
