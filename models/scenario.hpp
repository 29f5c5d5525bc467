// What is to be simulated: the struct behind a scenario file, with profiles resolved and every default filled in.
// describe() says what each parameter means.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "models/driver_profile.hpp"
#include "models/host_profile.hpp"
#include "models/kernel_profile.hpp"
#include "models/parameter_visitor.hpp"
#include "models/tcp_segments.hpp"
#include "models/tls.hpp"

namespace ktlssim {

// Who encrypts what sessions send. `software`: OpenCrypto's driver, through a KTLS worker. `ifnet`: the NIC,
// inline (TLS_MODE_IFNET). `userland`: the application, before it writes; KTLS has no part in it.
enum class KtlsMode { software, ifnet, userland };
inline constexpr std::array<std::string_view, 3> kKtlsModeNames{"software", "ifnet", "userland"};
inline std::string_view name(KtlsMode mode) { return kKtlsModeNames[static_cast<std::size_t>(mode)]; }

// What memory does once its contiguous_buffers are used: KernelKtls::contig_allocation says how a kernel copes with
// fragmented memory.
enum class ContigMemory { plentiful, fragmented };
inline constexpr std::array<std::string_view, 2> kContigMemoryNames{"plentiful", "fragmented"};
inline std::string_view name(ContigMemory memory) { return kContigMemoryNames[static_cast<std::size_t>(memory)]; }

struct KtlsParameters {
  KtlsMode mode;
  std::int64_t userland_threads;
  Dispatch dispatch;
  std::int64_t workers;
  std::int64_t bind_threads;
  bool sw_buffer_cache;
  std::int64_t contiguous_buffers;
  ContigMemory contig_memory;
  std::int64_t max_alloc;
  std::int64_t maxlen_bytes;
  std::int64_t state_bytes;
  bool legacy_callback;
  bool sbready_compress;
  bool sequential_records;
};

struct TlsParameters {
  TlsVersion version;
  Cipher cipher;
};

// Sessions of their own version and cipher. `software`: OpenCrypto's driver encrypts for them where the NIC does for
// others.
struct SessionGroup {
  std::int64_t sessions;
  bool software;
  TlsParameters tls;
};

enum class WorkloadKind { sendfile, send, closed, poisson };
inline constexpr std::array<std::string_view, 4> kWorkloadKindNames{"sendfile", "send", "closed", "poisson"};
inline std::string_view name(WorkloadKind kind) { return kWorkloadKindNames[static_cast<std::size_t>(kind)]; }
enum class AppIo { kevent, blocking, poll };
inline constexpr std::array<std::string_view, 3> kAppIoNames{"kevent", "blocking", "poll"};
inline std::string_view name(AppIo io) { return kAppIoNames[static_cast<std::size_t>(io)]; }
// `automatic`: what the kernel does for this network, see Scenario::flow_ids().
enum class FlowIds { automatic, random, sequential, zero };
inline constexpr std::array<std::string_view, 4> kFlowIdsNames{"auto", "random", "sequential", "zero"};
inline std::string_view name(FlowIds ids) { return kFlowIdsNames[static_cast<std::size_t>(ids)]; }

struct WorkloadParameters {
  WorkloadKind kind;
  std::int64_t sessions;
  double server_connections;
  std::int64_t app_threads;
  AppIo io;
  std::int64_t send_buffer_bytes;
  bool send_buffer_auto;
  std::int64_t send_buffer_max_bytes;
  std::int64_t write_bytes;
  std::int64_t request_bytes;
  std::int64_t connection_bytes;
  double think_us;
  ServiceLaw think_law;
  bool numa_silo;
  bool read_file;
  std::int64_t records_in_flight;
  std::int64_t record_bytes;
  double records_per_second;
  FlowIds flow_ids;
  double start_spread_us;
  double rate_gbps;
  std::int64_t file_bytes;
  std::int64_t file_offset_bytes;
  double disk_probability;
  double disk_latency_us;
  double reconnect_us;
};

enum class NetworkKind { nic, loopback };
inline constexpr std::array<std::string_view, 2> kNetworkKindNames{"nic", "loopback"};
inline std::string_view name(NetworkKind kind) { return kNetworkKindNames[static_cast<std::size_t>(kind)]; }

// What encrypts beside the host: mlx5 has NIC TLS on, a T6 when asked to (ifconfig txtls, or
// hw.cxgbe.kern_tls).
enum class NicCard { other, t6, t6_txtls, mlx5 };
inline constexpr std::array<std::string_view, 4> kNicCardNames{"other", "t6", "t6-txtls", "mlx5"};
inline std::string_view name(NicCard card) { return kNicCardNames[static_cast<std::size_t>(card)]; }

// Who decrypts on loopback: the receiving process, or KTLS's workers.
enum class ReceiverKind { userland, ktls_rx };
inline constexpr std::array<std::string_view, 2> kReceiverKindNames{"userland", "ktls_rx"};
inline std::string_view name(ReceiverKind kind) { return kReceiverKindNames[static_cast<std::size_t>(kind)]; }

// How connections come by a port: one NIC; lagg(4) with a port in each NUMA domain, by flow id; or the same with
// net.link.lagg.use_numa, where the port's domain is known to be the connection's.
enum class Lagg { none, by_flow, by_domain };
inline constexpr std::array<std::string_view, 3> kLaggNames{"none", "by_flow", "by_domain"};
inline std::string_view name(Lagg lagg) { return kLaggNames[static_cast<std::size_t>(lagg)]; }

struct NetworkParameters {
  NetworkKind kind;
  NicCard card;
  double rate_gbps;
  double rtt_us;
  double peer_rate_mbps;
  std::int64_t window_bytes;
  std::int64_t mtu_bytes;
  bool tcp_nodelay;
  bool tso;
  bool lro;
  bool peer_lro;
  std::int64_t ack_bytes;
  double delayed_ack_us;
  std::int64_t tso_bytes;
  double loss_probability;
  double rexmit_min_us;
  double rexmit_slop_us;
  std::int64_t lro_entries;
  double lro_timeout_us;
  std::int64_t netisr_qlimit;
  bool loopback_mextpg;
  std::int64_t numa_domain;
  Lagg lagg;
  std::int64_t rx_queues;
  double rx_holdoff_us;
  std::int64_t rx_holdoff_packets;
  std::int64_t netisr_threads;
  ReceiverKind receiver;
  std::int64_t receiver_threads;
  std::int64_t receive_buffer_bytes;
};

inline constexpr double kNeverMs = 1e6;  // default of a fault's time

// Crypto requests that fail, on purpose. None by default.
struct FaultParameters {
  double probability;
  std::int64_t every_nth;
  double from_ms;
  double to_ms;
  double device_dead_from_ms;
  double driver_unloaded_ms;
  double nomem_probability;
  double vm_wait_probability;
  double vm_wait_us;
};

enum class StateAllocator { malloc, uma };
inline constexpr std::array<std::string_view, 2> kStateAllocatorNames{"malloc", "uma"};
inline std::string_view name(StateAllocator allocator) { return kStateAllocatorNames[static_cast<std::size_t>(allocator)]; }

// What no kernel does. All off by default.
struct WhatIfParameters {
  bool direct_dispatch;
  bool async_cbc;
  StateAllocator state_allocator;
  std::int64_t cap_per_worker;
  std::int64_t cap_per_session;
  std::int64_t cap_per_bank;
  std::int64_t return_workers;
  bool requeue_when_full;
  std::int64_t ready_group_records;
  std::int64_t spill_records;
  double spill_wait_us;
  double spill_back;
  std::int64_t poll_threads;
  double poll_interval_us;

  // Whether records may go to a software driver while the card is busy.
  bool spills() const { return spill_records > 0 || spill_wait_us > 0; }
  // Whether anything depends on how many records are in flight.
  bool looks_at_in_flight() const {
    return cap_per_worker > 0 || cap_per_session > 0 || cap_per_bank > 0 || ready_group_records > 1;
  }
};

// fixed: warmup_ms. automatic: as long as MSER-5 finds in a run of duration_ms.
enum class Warmup { fixed, automatic };
inline constexpr std::array<std::string_view, 2> kWarmupNames{"fixed", "auto"};
inline std::string_view name(Warmup warmup) { return kWarmupNames[static_cast<std::size_t>(warmup)]; }

struct MeasureParameters {
  Warmup warmup;
  double warmup_ms;
  double duration_ms;
  double relative_precision;
  std::string precision_metrics;
  std::int64_t min_replications;
  std::int64_t max_replications;
};

// Up to here a double holds every integer.
inline constexpr std::int64_t kMaxSeed = 9007199254740991;

struct Scenario {
  std::string name;
  std::string description;
  std::int64_t seed;
  KernelProfile kernel;
  HostProfile host;
  DriverProfile driver;
  std::vector<DriverProfile> other_drivers;  // from which OpenCrypto may select too
  KtlsParameters ktls;
  TlsParameters tls;                         // of the sessions that are in no group
  std::vector<SessionGroup> session_groups;  // the first sessions, group after group
  WorkloadParameters workload;
  NetworkParameters network;
  FaultParameters faults;
  WhatIfParameters what_if;
  MeasureParameters measure;

  std::int64_t cpus() const { return host.cpus.count(); }
  // The NUMA domain of a CPU.
  std::int64_t domain_of(std::int64_t cpu) const { return cpu / cpus_per_domain(); }
  // That of the port through which a connection comes and goes.
  std::int64_t port_domain(std::uint32_t flowid) const;
  std::int64_t cpus_per_domain() const { return cpus() / host.numa_domains.count(); }
  std::int64_t workers() const { return ktls.workers == 0 ? cpus() : ktls.workers; }
  // Whether sessions send when they are asked to: at regular times, or when their client has thought.
  bool has_requests() const { return has_application() && (workload.rate_gbps > 0 || workload.think_us > 0); }
  // What a session has to send at once where it has requests.
  std::int64_t request_bytes() const {
    return workload.request_bytes > 0 ? workload.request_bytes : workload.write_bytes;
  }
  // Of a full record.
  std::int64_t record_payload_bytes() const {
    return has_application() ? std::min({ktls.maxlen_bytes, workload.write_bytes, largest_send_buffer_bytes()})
                             : workload.record_bytes;
  }
  // Of what a burst sends, by an mbuf that shares its pages: a record, or a page that userland TLS wrote.
  std::int64_t sent_mbuf_bytes() const {
    return ktls.mode == KtlsMode::userland ? host.page() : record_payload_bytes();
  }
  // Whose state passes through the caches.
  double server_connections() const {
    return std::max(workload.server_connections, static_cast<double>(workload.sessions));
  }
  bool has_application() const {
    return workload.kind == WorkloadKind::sendfile || workload.kind == WorkloadKind::send;
  }
  // Whether the NIC takes a session (m_snd_tag_alloc), if it is asked: its profile knows the cipher, and its driver takes
  // the version: a T6 AES-GCM and AES-CBC of TLS 1.1 and 1.2 (t6_tls_tag_alloc), mlx5 AES-GCM of 1.2 and 1.3
  // (mlx5e_tls_snd_tag_alloc). A card that is not named takes all that its profile does.
  bool nic_takes(const TlsParameters& session) const;
  // Who encrypts for the sessions of a group: ktls_try_ifnet, else ktls_try_sw.
  KtlsMode mode_of(std::size_t group) const {
    if (ktls.mode != KtlsMode::ifnet) return ktls.mode;
    const bool software = group < session_groups.size() && session_groups[group].software;
    return software || !nic_takes(tls_of(group)) ? KtlsMode::software : KtlsMode::ifnet;
  }
  // Whether OpenCrypto encrypts for any session.
  bool has_software_tls() const;
  // Whether the card offers to encrypt what sessions send (TXTLS).
  bool card_offers_tls() const {
    return has_application() && network.kind == NetworkKind::nic &&
           (network.card == NicCard::t6_txtls || network.card == NicCard::mlx5);
  }
  // Whether the network goes through the T6 of the first ccr(4): mlx5 is a card of its own.
  bool ccr_is_nic() const {
    return !has_application() || network.kind != NetworkKind::nic || network.card != NicCard::mlx5;
  }
  // How sessions get their flow ids, never `automatic`.
  FlowIds flow_ids() const;
  // That a connection can have.
  std::int64_t largest_send_buffer_bytes() const {
    return workload.send_buffer_auto ? workload.send_buffer_max_bytes : workload.send_buffer_bytes;
  }
  SegmentSizes segments() const;
  // Bytes that the peer acknowledges at the latest, however few segments they are in; 0 = it goes by segments.
  // Never more than half of what the sender may have outstanding.
  std::int64_t ack_threshold_bytes() const;
  // The group of a session; the number of groups if it is in none.
  std::size_t group_of(std::int64_t session) const;
  // That of each session, in their order.
  std::vector<std::size_t> groups_of_sessions() const;
  const TlsParameters& tls_of(std::size_t group) const {
    return group < session_groups.size() ? session_groups[group].tls : tls;
  }
  // The parameters of all sessions: those of the groups, then /tls if there are sessions left for it.
  std::vector<TlsParameters> all_tls() const;
  // Those groups.
  std::vector<SessionGroup> all_groups() const;
  // The same with all sessions of one kind, and /ktls/mode what encrypts for it.
  Scenario with_all(const SessionGroup& kind) const;
  std::vector<const DriverProfile*> drivers() const;
  // The driver that OpenCrypto selects for an algorithm (the first of equal ones); null if none takes it.
  const DriverProfile* selected(Algorithm algorithm) const;
  // Whether its drivers take every request of a record.
  bool opencrypto_takes(Cipher cipher) const;
  // The driver that it selects among those that encrypt on the caller's CPU.
  const DriverProfile* selected_software(Algorithm algorithm) const;
  // tls->sync_dispatch of its sessions, as ktls_ocf_try decides it; true where no driver takes the cipher.
  bool sync_dispatch() const;
};

// Every field but `kernel`, `host`, `driver` and `other_drivers`, which are profiles: named, inline, or named
// with values of their own; and `session_groups`.
void describe(ParameterVisitor& visitor, Scenario& scenario);
void describe(ParameterVisitor& visitor, SessionGroup& group);

}  // namespace ktlssim
