// Who reads a parameter, for the declarations of describe(): a condition on the scenario, and its name. A condition
// may hold where nothing happens to read the value; where it does not hold, nothing can.
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "models/scenario.hpp"

namespace ktlssim::readers {

inline bool software(const Scenario& s) { return s.has_software_tls(); }
inline bool nic(const Scenario& s) { return s.has_application() && s.network.kind == NetworkKind::nic; }
inline bool loopback(const Scenario& s) { return s.has_application() && s.network.kind == NetworkKind::loopback; }
inline bool is_workload(const Scenario& s, WorkloadKind kind) { return s.workload.kind == kind; }
template <class Condition>
bool any_driver(const Scenario& s, Condition condition) {
  return condition(s.driver) || std::any_of(s.other_drivers.begin(), s.other_drivers.end(), condition);
}
template <class Condition>
bool any_tls(const Scenario& s, Condition condition) {
  return condition(s.tls) || std::any_of(s.session_groups.begin(), s.session_groups.end(),
                                         [&](const SessionGroup& group) { return condition(group.tls); });
}
// With NIC TLS its device is there all the same.
inline bool has_kind(const Scenario& s, DriverKind kind) {
  return any_driver(s, [kind](const DriverProfile& d) { return d.kind == kind; });
}
// Sessions may have none: what belongs to the card alone, such as polling, is there all the same.
inline bool has_card(const Scenario& s) {
  return any_driver(s, [](const DriverProfile& d) { return !d.sync(); });
}
inline bool async_driver(const Scenario& s) { return software(s) && has_card(s); }
inline bool async_dispatch(const Scenario& s) { return async_driver(s) && s.ktls.dispatch == Dispatch::driver; }
// Hardware, which has a price and draws power.
inline bool is_card(const DriverProfile& d) { return d.has_device || d.traits().encrypts_in_nic; }
// Whether each card states a value of its own.
inline bool cards_state(const Scenario& s, Quantity DriverProfile::*value) {
  return !any_driver(s, [value](const DriverProfile& d) { return is_card(d) && (d.*value).provenance() == nullptr; });
}
inline bool buffer_cache(const Scenario& s) {
  return is_workload(s, WorkloadKind::sendfile) && software(s) && s.ktls.sw_buffer_cache;
}
inline bool failing_requests(const Scenario& s) {
  return software(s) && (s.faults.probability > 0 || s.faults.every_nth > 0);
}

inline constexpr Readers kApplication{[](const Scenario& s) { return s.has_application(); },
                                      "a workload sendfile or send"};
inline constexpr Readers kCaches{[](const Scenario& s) { return s.host.knows_llc(); },
                                 "a host whose core states llc_bytes"};
inline constexpr Readers kSentInterrupts{[](const Scenario& s) { return s.host.scheduler.ipi_flight_ns.value() > 0; },
                                         "ipi_flight_ns above 0"};
// A step of which the host states a cost is made of nothing.
inline constexpr Readers kComposing{[](const Scenario& s) { return composes_any(s.host); },
                                    "a host that leaves out the cost of some step, which is composed then"};
template <std::size_t... kStep>
constexpr std::array<Readers, sizeof...(kStep)> composed_steps(std::index_sequence<kStep...>) {
  return {Readers{[](const Scenario& s) { return composes(s.host, kStep); },
                  "a host that leaves out the cost of this step, which is composed then"}...};
}
inline constexpr auto kComposed = composed_steps(std::make_index_sequence<kStepCount>());
inline constexpr Readers kSend{[](const Scenario& s) { return is_workload(s, WorkloadKind::send); },
                               "a workload send"};
inline constexpr Readers kSendfile{[](const Scenario& s) { return is_workload(s, WorkloadKind::sendfile); },
                                   "a workload sendfile"};
inline constexpr Readers kClosed{[](const Scenario& s) { return is_workload(s, WorkloadKind::closed); },
                                 "a workload closed"};
inline constexpr Readers kPoisson{[](const Scenario& s) { return is_workload(s, WorkloadKind::poisson); },
                                  "a workload poisson"};
inline constexpr Readers kBareRecords{[](const Scenario& s) { return !s.has_application(); },
                                      "a workload closed or poisson"};
inline constexpr Readers kKevent{
    [](const Scenario& s) { return s.has_application() && s.workload.io == AppIo::kevent; },
    "a workload sendfile or send with /workload/io kevent"};
inline constexpr Readers kSendBufferAuto{
    [](const Scenario& s) { return s.has_application() && s.workload.send_buffer_auto; },
    "a workload sendfile or send with /workload/send_buffer_auto"};
inline constexpr Readers kRequests{
    [](const Scenario& s) { return s.has_requests(); },
    "a workload sendfile or send with /workload/rate_gbps or /workload/think_us above 0"};
inline constexpr Readers kClients{
    [](const Scenario& s) { return is_workload(s, WorkloadKind::closed) || nic(s); },
    "a workload closed, or sendfile or send with /network/kind nic"};
inline constexpr Readers kNewConnections{
    [](const Scenario& s) { return s.has_application() && s.workload.connection_bytes > 0; },
    "a workload sendfile or send with /workload/connection_bytes above 0"};
inline constexpr Readers kUserlandTls{[](const Scenario& s) { return s.ktls.mode == KtlsMode::userland; },
                                      "/ktls/mode userland"};
// TLS in user mode calls write(2), whatever the workload.
inline constexpr Readers kWrite{
    [](const Scenario& s) { return is_workload(s, WorkloadKind::send) || s.ktls.mode == KtlsMode::userland; },
    "a workload send, or /ktls/mode userland"};
inline constexpr Readers kCopyout{
    [](const Scenario& s) {
      return loopback(s) || (s.ktls.mode == KtlsMode::userland && is_workload(s, WorkloadKind::sendfile));
    },
    "a workload sendfile or send with /network/kind loopback, or a workload sendfile with /ktls/mode userland"};
inline constexpr Readers kEvents{
    [](const Scenario& s) { return s.has_application() && s.workload.io != AppIo::blocking; },
    "a workload sendfile or send with /workload/io kevent or poll"};
inline constexpr Readers kUserlandPool{
    [](const Scenario& s) { return s.ktls.mode == KtlsMode::userland && s.ktls.userland_threads > 0; },
    "/ktls/mode userland with /ktls/userland_threads above 0"};
inline constexpr Readers kUserlandFiles{
    [](const Scenario& s) { return s.ktls.mode == KtlsMode::userland && is_workload(s, WorkloadKind::sendfile); },
    "a workload sendfile with /ktls/mode userland"};
inline constexpr Readers kPriced{
    [](const Scenario& s) {
      return s.host.economy.price_usd.provenance() != nullptr && cards_state(s, &DriverProfile::price_usd);
    },
    "where host and cards all state their price_usd"};
inline constexpr Readers kDrawn{
    [](const Scenario& s) {
      const HostEconomy& host = s.host.economy;
      return host.idle_watts.provenance() != nullptr && host.busy_watts.provenance() != nullptr &&
             cards_state(s, &DriverProfile::watts);
    },
    "where a host states idle_watts and busy_watts, and its cards watts"};
inline constexpr Readers kHardware{[](const Scenario& s) { return any_driver(s, is_card); }, "a driver of hardware"};
inline constexpr Readers kPoll{[](const Scenario& s) { return s.has_application() && s.workload.io == AppIo::poll; },
                               "a workload sendfile or send with /workload/io poll"};
inline constexpr Readers kThinking{[](const Scenario& s) { return s.workload.think_us > 0; },
                                   "/workload/think_us above 0"};
inline constexpr Readers kDomains{[](const Scenario& s) { return s.host.numa_domains.count() > 1; },
                                  "a host of several NUMA domains"};
inline constexpr Readers kDomainsOfNic{
    [](const Scenario& s) { return nic(s) && s.host.numa_domains.count() > 1; },
    "a workload sendfile or send with /network/kind nic, on a host of several NUMA domains"};
inline constexpr Readers kStartSpread{
    [](const Scenario& s) {
      return is_workload(s, WorkloadKind::closed) || (s.has_application() && s.workload.rate_gbps == 0);
    },
    "a workload closed, or sendfile or send without /workload/rate_gbps"};
inline constexpr Readers kDisk{
    [](const Scenario& s) { return is_workload(s, WorkloadKind::sendfile) && s.workload.disk_probability > 0; },
    "a workload sendfile with /workload/disk_probability above 0"};
inline constexpr Readers kFailingConnections{
    [](const Scenario& s) {
      return failing_requests(s) || s.faults.nomem_probability > 0 || s.faults.driver_unloaded_ms < kNeverMs ||
             s.faults.device_dead_from_ms < kNeverMs || has_kind(s, DriverKind::qat) ||
             has_kind(s, DriverKind::qat_ocf) || s.network.loss_probability > 0 || loopback(s);
    },
    "where a connection can fail: /faults, a driver qat, loss"};

inline constexpr Readers kNic{nic, "a workload sendfile or send with /network/kind nic"};
inline constexpr Readers kLoopback{loopback, "a workload sendfile or send with /network/kind loopback"};
inline constexpr Readers kTso{[](const Scenario& s) { return nic(s) && s.network.tso; },
                              "a workload sendfile or send with /network/kind nic and /network/tso"};
inline constexpr Readers kLro{[](const Scenario& s) { return nic(s) && s.network.lro; },
                              "a workload sendfile or send with /network/kind nic and /network/lro"};
inline constexpr Readers kRetransmission{
    [](const Scenario& s) { return loopback(s) || (nic(s) && s.network.loss_probability > 0); },
    "/network/kind loopback, or nic with /network/loss_probability above 0, under a workload sendfile or send"};
inline constexpr Readers kReceiveQueues{
    [](const Scenario& s) { return nic(s) || has_kind(s, DriverKind::ccr); },
    "a workload sendfile or send with /network/kind nic, or a driver ccr"};
inline constexpr Readers kNumaDomain{
    [](const Scenario& s) { return nic(s) || has_kind(s, DriverKind::ccr) || s.ktls.bind_threads == 2; },
    "a workload sendfile or send with /network/kind nic, a driver ccr, or /ktls/bind_threads 2"};
inline constexpr Readers kUserlandReceive{
    [](const Scenario& s) { return loopback(s) && s.network.receiver == ReceiverKind::userland; },
    "a workload sendfile or send with /network/kind loopback and /network/receiver userland"};
inline constexpr Readers kKtlsReceive{
    [](const Scenario& s) { return loopback(s) && s.network.receiver == ReceiverKind::ktls_rx; },
    "a workload sendfile or send with /network/kind loopback and /network/receiver ktls_rx"};
inline constexpr Readers kLoopbackFlowIds{
    [](const Scenario& s) { return loopback(s) && s.workload.flow_ids == FlowIds::automatic; },
    "a workload sendfile or send with /network/kind loopback and /workload/flow_ids auto"};

inline constexpr Readers kSoftwareTls{software, "/ktls/mode software"};
inline constexpr Readers kSyncDriver{
    [](const Scenario& s) {
      return software(s) && any_driver(s, [](const DriverProfile& d) { return d.sync(); });
    },
    "a software driver (aesni, ossl, cryptosoft) with /ktls/mode software"};
inline constexpr Readers kAsyncDriver{async_driver, "a driver ccr, qat or qat_ocf"};
inline constexpr Readers kAsyncDispatch{async_dispatch, "a driver ccr, qat or qat_ocf with /ktls/dispatch driver"};
inline constexpr Readers kStatesMalloc{
    [](const Scenario& s) { return async_dispatch(s) && s.what_if.state_allocator == StateAllocator::malloc; },
    "a driver ccr, qat or qat_ocf with /ktls/dispatch driver and /what_if/state_allocator malloc"};
inline constexpr Readers kStatesUma{
    [](const Scenario& s) { return async_dispatch(s) && s.what_if.state_allocator == StateAllocator::uma; },
    "a driver ccr, qat or qat_ocf with /ktls/dispatch driver and /what_if/state_allocator uma"};
inline constexpr Readers kCcr{[](const Scenario& s) { return has_kind(s, DriverKind::ccr); }, "a driver ccr"};
inline constexpr Readers kQat{[](const Scenario& s) { return has_kind(s, DriverKind::qat); }, "a driver qat"};
inline constexpr Readers kQatOcf{[](const Scenario& s) { return has_kind(s, DriverKind::qat_ocf); },
                                 "a driver qat_ocf"};
inline constexpr Readers kDevice{
    [](const Scenario& s) { return any_driver(s, [](const DriverProfile& d) { return d.has_device; }); },
    "a driver with a device"};
inline constexpr Readers kCbc{
    [](const Scenario& s) {
      return async_driver(s) && any_tls(s, [](const TlsParameters& tls) { return !is_aead(tls.cipher); });
    },
    "sessions of AES-CBC on a driver ccr, qat or qat_ocf"};
inline constexpr Readers kTls10{
    [](const Scenario& s) {
      return s.has_application() && software(s) &&
             any_tls(s, [](const TlsParameters& tls) { return tls.version == TlsVersion::tls10; });
    },
    "sessions of TLS 1.0 under a workload sendfile or send"};
inline constexpr Readers kUngroupedSessions{
    [](const Scenario& s) {
      return s.session_groups.empty() || s.group_of(s.workload.sessions - 1) == s.session_groups.size();
    },
    "sessions that are in none of /session_groups"};
inline constexpr Readers kSendfileEncrypted{
    [](const Scenario& s) { return is_workload(s, WorkloadKind::sendfile) && software(s); },
    "a workload sendfile with /ktls/mode software"};
inline constexpr Readers kBufferCache{buffer_cache, "a workload sendfile with /ktls/sw_buffer_cache"};
inline constexpr Readers kContiguousBuffers{
    [](const Scenario& s) { return buffer_cache(s) && s.ktls.contiguous_buffers > 0; },
    "a workload sendfile with /ktls/contiguous_buffers above 0"};
inline bool fragmented(const Scenario& s) { return kContiguousBuffers.read(s) && s.ktls.contig_memory == ContigMemory::fragmented; }
inline bool reclaims(const Scenario& s) { return s.kernel.ktls.contig_allocation.value() == ContigAllocation::reclaim_thread; }
inline constexpr Readers kMoreBuffers{
    [](const Scenario& s) { return kContiguousBuffers.read(s) && s.ktls.contig_memory == ContigMemory::plentiful; },
    "a workload sendfile with /ktls/contiguous_buffers above 0 and /ktls/contig_memory plentiful"};
inline constexpr Readers kContigScan{
    [](const Scenario& s) { return fragmented(s) && !reclaims(s); },
    "a workload sendfile with /ktls/contiguous_buffers above 0 and /ktls/contig_memory fragmented, on a kernel that scans"};
inline constexpr Readers kContigReclaim{
    [](const Scenario& s) { return fragmented(s) && reclaims(s); },
    "a workload sendfile with /ktls/contiguous_buffers above 0 and /ktls/contig_memory fragmented, on a kernel that reclaims"};
inline constexpr Readers kSbreadyCompress{
    [](const Scenario& s) { return s.has_application() && s.ktls.sbready_compress; },
    "a workload sendfile or send with /ktls/sbready_compress"};
inline constexpr Readers kQueuedRequests{
    [](const Scenario& s) { return s.what_if.return_workers > 0 || s.what_if.requeue_when_full; },
    "/what_if/return_workers or /what_if/requeue_when_full"};

inline constexpr Readers kSpill{
    [](const Scenario& s) {
      return async_driver(s) && (s.what_if.spill_records > 0 || s.what_if.spill_wait_us > 0);
    },
    "a driver ccr, qat or qat_ocf with /what_if/spill_records or /what_if/spill_wait_us above 0"};
inline constexpr Readers kCard{has_card, "a driver ccr, qat or qat_ocf"};
inline constexpr Readers kPolling{[](const Scenario& s) { return has_card(s) && s.what_if.poll_threads > 0; },
                                  "a driver ccr, qat or qat_ocf with /what_if/poll_threads above 0"};
inline constexpr Readers kFailingRequests{failing_requests, "/faults/probability or /faults/every_nth above 0"};
inline constexpr Readers kVmWait{
    [](const Scenario& s) { return software(s) && s.faults.vm_wait_probability > 0; },
    "/faults/vm_wait_probability above 0"};

template <std::size_t A>
bool uses_algorithm(const Scenario& s) {
  constexpr auto kAlgorithm = static_cast<Algorithm>(A);
  return any_tls(s, [](const TlsParameters& tls) {
    return encryption(tls.cipher) == kAlgorithm || (!is_aead(tls.cipher) && mac(tls.cipher) == kAlgorithm);
  });
}
template <std::size_t... A>
constexpr std::array<Readers, sizeof...(A)> algorithm_readers(std::index_sequence<A...>) {
  return {Readers{uses_algorithm<A>, "sessions whose cipher takes it"}...};
}
// By algorithm.
inline constexpr auto kAlgorithms = algorithm_readers(std::make_index_sequence<kAlgorithmCount>());

inline constexpr Readers kFixedWarmup{[](const Scenario& s) { return s.measure.warmup == Warmup::fixed; },
                                      "/measure/warmup fixed"};
inline constexpr Readers kPrecision{[](const Scenario& s) { return s.measure.relative_precision > 0; },
                                    "/measure/relative_precision above 0"};

}  // namespace ktlssim::readers
