#include "sim/machine/footprint.hpp"

#include <algorithm>

#include "sim/engine/calendar.hpp"
#include "sim/kernel/mbuf.hpp"
#include "sim/kernel/socket.hpp"
#include "sim/kernel/thread.hpp"

namespace ktlssim {

namespace {

constexpr double kTouchedStackBytes = 8192;  // of each stack: two pages

// How many threads serve what a session does.
std::int64_t application_threads(const Scenario& s) {
  if (!s.has_application()) return 0;
  if (s.workload.io == AppIo::blocking) return s.workload.sessions;
  return s.workload.app_threads > 0 ? s.workload.app_threads : std::min(s.cpus(), s.workload.sessions);
}

std::int64_t receiving_threads(const Scenario& s) {
  if (!s.has_application() || s.network.kind == NetworkKind::nic) return 0;
  return s.network.netisr_threads +
         (s.network.receiver_threads > 0 ? s.network.receiver_threads : s.workload.sessions);
}

}  // namespace

Footprint footprint_of(const Scenario& s) {
  Footprint footprint{};
  // A thread each for the interrupts of a CPU, at the most, beside the workers.
  footprint.threads = application_threads(s) + receiving_threads(s) + s.workers() + s.cpus() + s.what_if.return_workers;
  footprint.thread_bytes = static_cast<double>(footprint.threads) * (kTouchedStackBytes + sizeof(Thread));
  footprint.session_bytes = static_cast<double>(s.workload.sessions) * sizeof(Socket);
  if (s.workload.kind == WorkloadKind::closed)
    footprint.record_bytes = static_cast<double>(s.workload.sessions) *
                             static_cast<double>(s.workload.records_in_flight) * (sizeof(Mbuf) + sizeof(Event));
  return footprint;
}

}  // namespace ktlssim
