// Which kernel a machine runs: what differs from one FreeBSD to the next, each value with its source.
// What a step costs is the host's (host_profile.hpp). Values live in models/profiles/kernels/*.json.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "models/fact.hpp"
#include "models/parameter_visitor.hpp"

namespace ktlssim {

// `driver`: the kernel since review D31665, which goes by the driver's CRYPTOCAP_F_SYNC. `blocking`: the
// kernel before it.
enum class Dispatch { driver, blocking };
inline constexpr std::array<std::string_view, 2> kDispatchNames{"driver", "blocking"};
inline std::string_view name(Dispatch dispatch) { return kDispatchNames[static_cast<std::size_t>(dispatch)]; }

// Who refills the cache of 16 KiB buffers. `none`: there is no such cache.
enum class ContigAllocation { alloc_thread, reclaim_thread, none };
inline constexpr std::array<std::string_view, 3> kContigAllocationNames{"alloc_thread", "reclaim_thread",
                                                                        "none"};
inline std::string_view name(ContigAllocation allocation) { return kContigAllocationNames[static_cast<std::size_t>(allocation)]; }

// kern.ipc.tls.stats.ocf: `crypts` in one count, or `encrypts` apart from decrypts and recrypts.
enum class OcfCounters { crypts, encrypts };
inline constexpr std::array<std::string_view, 2> kOcfCountersNames{"crypts", "encrypts"};
inline std::string_view name(OcfCounters counters) { return kOcfCountersNames[static_cast<std::size_t>(counters)]; }

// Flow id of a connection over lo0. `hash`: of its addresses and ports, alike at both ends.
enum class LoopbackFlowIds { zero, hash };
inline constexpr std::array<std::string_view, 2> kLoopbackFlowIdsNames{"zero", "hash"};
inline std::string_view name(LoopbackFlowIds ids) { return kLoopbackFlowIdsNames[static_cast<std::size_t>(ids)]; }

enum class CongestionControl { newreno, cubic };
inline constexpr std::array<std::string_view, 2> kCongestionControlNames{"newreno", "cubic"};
inline std::string_view name(CongestionControl control) { return kCongestionControlNames[static_cast<std::size_t>(control)]; }

// qat(4): `native` of 2020, for every part; `intel`: Intel's, beside which the native one is left for C2000
// parts as qat_c2xxx(4).
enum class QatDriver { native, intel };
inline constexpr std::array<std::string_view, 2> kQatDriverNames{"native", "intel"};
inline std::string_view name(QatDriver driver) { return kQatDriverNames[static_cast<std::size_t>(driver)]; }

// sched_ule.c and sys/priority.h. Lower priorities run first.
struct KernelScheduler {
  Quantity pri_ithread_net;
  Quantity pri_swi_net;
  Quantity pri_max_ithread;
  Quantity pri_kthread;
  Quantity pri_socket_sleep;
  Quantity pri_user;
  Quantity pri_min_interact;
  Quantity pri_max_interact;
  Quantity pri_min_batch;
  Quantity pri_max_batch;
  Quantity preempt_thresh;
  Quantity run_queue_width;
  Quantity slice_ns;
  Quantity slice_min_ns;
  Quantity balance_interval_ns;
  Quantity interact_thresh;
  Fact<bool> ithread_slicing;
  Quantity thread_load;
  Quantity affinity_load;
  Quantity random_load;
  Quantity affinity_l2_ns;
  Quantity affinity_llc_ns;
  Quantity steal_thresh;
  Quantity stathz;
};

// uipc_ktls.c and ktls_ocf.c.
struct KernelKtls {
  Fact<Dispatch> dispatch;
  Fact<bool> legacy_callback;
  Fact<bool> sequential_records;
  Fact<bool> rx_tls13;
  Fact<bool> rx_cbc;
  Fact<ContigAllocation> contig_allocation;
  Quantity max_alloc;
  Fact<OcfCounters> counters;
  Fact<bool> sorele_lock;
  Fact<bool> ifnet_permitted;
};

struct KernelNetwork {
  Fact<LoopbackFlowIds> loopback_flow_ids;
  Fact<CongestionControl> congestion_control;
  Quantity initcwnd_segments;
  Quantity abc_l_var;
  Quantity sendbuf_inc_bytes;
  Quantity maxsockbuf_bytes;
  Quantity lro_look_entries;

  // sb_max_adj: the largest buffer that sbreserve grants, what its mbufs take beside their bytes taken off.
  std::int64_t largest_sockbuf_bytes() const {
    constexpr std::int64_t kMsize = 256;      // MSIZE
    constexpr std::int64_t kMclbytes = 2048;  // MCLBYTES
    return maxsockbuf_bytes.count() * kMclbytes / (kMsize + kMclbytes);
  }
};

// Which OpenCrypto drivers it has.
struct KernelDrivers {
  Fact<QatDriver> qat;
  Fact<bool> ossl_aes_gcm;
};

struct KernelProfile {
  std::string name;
  std::string description;
  KernelScheduler scheduler;
  KernelKtls ktls;
  KernelNetwork network;
  KernelDrivers drivers;
};

// Of scenarios that name none.
inline constexpr std::string_view kDefaultKernel = "freebsd-14-2021-08";

void describe(ParameterVisitor& visitor, KernelProfile& profile);

}  // namespace ktlssim
