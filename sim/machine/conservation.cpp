#include "sim/machine/conservation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/kernel/kernel.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

namespace {

void require_equal(std::string_view law, std::int64_t left, std::int64_t right) {
  if (left != right) throw ModelError(fmt::format("broken conservation law: {}: {} != {}", law, left, right));
}

// As require_equal, of each of many sockets.
void require_equal(const Socket& so, std::string_view law, std::int64_t left, std::int64_t right) {
  if (left != right) require_equal(fmt::format("session {}: {}", so.index, law), left, right);
}

void check_cpu_time(const Kernel& k) {
  std::int64_t busy = 0;
  for (const auto& thread : k.sched.threads()) busy += thread->total_busy_ns();
  std::int64_t spans = 0;
  std::int64_t idle = 0;
  for (int cpu = 0; cpu < k.sched.cpus(); ++cpu) {
    spans += k.sched.busy_ns(cpu);
    idle += k.sched.idle_ns(cpu);
  }
  require_equal("CPU time of threads = busy time of CPUs (ns)", busy, spans);
  require_equal("busy + idle = CPUs x time (ns)", spans + idle,
                k.sched.cpus() * (k.window.end - k.window.begin).count());
}

void check_records_and_references(const Kernel& k) {
  const Recorder& r = k.recorder;
  std::int64_t socket_references = 0;
  for (const Socket& so : k.sockets) {
    socket_references += so.refs - 1;
    std::int64_t bytes = 0;
    std::int64_t released_bytes = 0;
    bool released = true;
    for (const Mbuf* m = so.so_snd.sb_mb; m != nullptr; m = m->m_next) {
      bytes += m->wire_bytes;
      if (m == so.so_snd.sb_fnrdy) released = false;
      if (released) released_bytes += m->wire_bytes;
    }
    require_equal(so, "bytes of the records in the send buffer = sb_ccc", bytes - so.so_snd.acked_of_head,
                  so.so_snd.sb_ccc);
    require_equal(so, "released bytes in the send buffer = sb_acc", released_bytes - so.so_snd.acked_of_head,
                  so.so_snd.sb_acc);
    if (so.snd_una > so.snd_nxt)
      throw ModelError(fmt::format("session {}: more acknowledged than sent", so.index));
  }
  require_equal("socket references = batches + asynchronous records outstanding", socket_references,
                k.ktls.batches_outstanding + k.ktls.async_outstanding);
  if (r.records_pending() < 0) throw ModelError("more records ready and failed than came in");
  if (r.records_pending() > k.mbufs.used())
    throw ModelError("records were freed that are neither ready nor failed");
}

void check_littles_law(const Kernel& k) {
  const auto station = [&k](std::size_t i) -> const Station& {
    return k.recorder.stations.of(static_cast<Place>(i));
  };
  std::array<std::int64_t, kPlaceNames.size()> stays_ns{};  // of those inside
  k.mbufs.for_each([&](const Mbuf& m) {
    for (std::size_t i = 0; i < stays_ns.size(); ++i)
      if (m.stays.since[i] != kNever) stays_ns[i] += station(i).stay_ns(m.stays.since[i], k.now());
  });
  for (std::size_t i = 0; i < stays_ns.size(); ++i)
    require_equal(
        fmt::format("Little's law, {}: number inside over time = stays (record x ns)", kPlaceNames[i]),
        station(i).area_ns(k.now()), station(i).stays_ns() + stays_ns[i]);
}

}  // namespace

void check_conservation(Kernel& k) {
  check_cpu_time(k);
  check_records_and_references(k);
  check_littles_law(k);
}

void check_bounds(const RunResult& result, Time window) {
  constexpr double kRounding = 1e-9;
  // Busy times are whole nanoseconds, of demands and of each server.
  const double busy_rounding = kRounding + 2.0 / static_cast<double>(window.count());
  const Metric* const rate = result.metric("records_per_second");
  for (const Resource& resource : result.resources) {
    if (resource.utilization > 1 + kRounding)
      throw ModelError(fmt::format("{}: utilization {} is above one", resource.name, resource.utilization));
    if (rate == nullptr || rate->value <= 0) continue;
    const double busy = rate->value / 1e6 * resource.demand_us;
    if (std::abs(busy - resource.servers * resource.utilization) > busy_rounding * resource.servers)
      throw ModelError(
          fmt::format("{}: broken utilization law: records x demand {} is not servers x utilization {}",
                      resource.name, busy, resource.servers * resource.utilization));
  }
}

}  // namespace ktlssim
