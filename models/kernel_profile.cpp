#include "models/kernel_profile.hpp"

#include "models/readers.hpp"

namespace ktlssim {

namespace {

constexpr CostRange kLoad{0, 65536};    // parts of a thread's load

void describe(ParameterVisitor& v, KernelScheduler& s) {
  v.quantity("pri_ithread_net", s.pri_ithread_net, kPriority, "interrupt threads; lower numbers run first");
  v.quantity("pri_swi_net", s.pri_swi_net, kPriority, "netisr threads");
  v.read_by(readers::kLoopback);
  v.quantity("pri_max_ithread", s.pri_max_ithread, kPriority,
             "PRI_MAX_ITHD: an interrupt thread is demoted as long as it stays below");
  v.quantity("pri_kthread", s.pri_kthread, kPriority, "KTLS workers");
  v.quantity("pri_socket_sleep", s.pri_socket_sleep, kPriority,
             "PSOCK: a user thread woken from select(2) or poll(2), until it returns to user mode");
  v.read_by(readers::kPoll);
  v.quantity("pri_user", s.pri_user, kPriority,
             "applications and receivers; 0 = by their interactivity, as the kernel does");
  v.quantity("pri_min_interact", s.pri_min_interact, kPriority, "the best priority of an interactive thread");
  v.quantity("pri_max_interact", s.pri_max_interact, kPriority,
             "the worst of one; a remote wakeup up to it displaces a batch thread");
  v.quantity("pri_min_batch", s.pri_min_batch, kPriority, "the best priority of a batch thread");
  v.quantity("pri_max_batch", s.pri_max_batch, kPriority, "the worst of one");
  v.quantity("preempt_thresh", s.preempt_thresh, kPriority,
             "kern.sched.preempt_thresh: priorities up to it preempt at once");
  v.quantity("run_queue_width", s.run_queue_width, {1, 64},
             "RQ_PPQ: priorities that share a run queue, so that their order is that of arrival");
  v.quantity("slice_ns", s.slice_ns, {1e3, 1e9}, "time a user thread runs before the one that it shares its CPU with gets its turn; more divide it");
  v.quantity("slice_min_ns", s.slice_min_ns, {1e3, 1e9},
             "the least that is left of a slice when many threads share a CPU");
  v.quantity("balance_interval_ns", s.balance_interval_ns, {1e6, 1e12},
             "kern.sched.balance_interval, a tick or more: mean time between moves of threads from the most to the least loaded "
             "CPU");
  v.quantity("interact_thresh", s.interact_thresh, {0, 100},
             "kern.sched.interact: a score below it makes a thread interactive");
  v.fact("ithread_slicing", s.ithread_slicing, kFlagNames,
         "an interrupt thread that has run a whole slice without sleeping lets its equals run");
  v.quantity("thread_load", s.thread_load, kLoad, "sched_pickcpu: load of one thread on its CPU");
  v.quantity("affinity_load", s.affinity_load, kLoad,
             "sched_pickcpu: by so much the CPU on which the thread ran last looks less loaded");
  v.quantity("random_load", s.random_load, kLoad,
             "sched_pickcpu: up to so much, at random, other CPUs look less loaded, which decides between equal ones; "
             "0 = the first of them");
  v.quantity("affinity_l2_ns", s.affinity_l2_ns, {0, 1e9},
             "so long after it ran, a thread takes its last CPU if that is idle, without a search");
  v.quantity("affinity_llc_ns", s.affinity_llc_ns, {0, 1e9},
             "and so long it is sought a CPU under the same last-level cache first");
  v.quantity("steal_thresh", s.steal_thresh, {1, 1000},
             "kern.sched.steal_thresh: an idle CPU steals from one with so many threads");
  v.quantity("stathz", s.stathz, {1, 1e5},
             "ticks a second of sched_clock, at which the priority of a thread that runs is looked at");
}

void describe(ParameterVisitor& v, KernelKtls& k) {
  v.fact("dispatch", k.dispatch, kDispatchNames,
         "driver: async if the driver is (since D31665); blocking: one record a worker at a time (before)");
  v.read_by(readers::kAsyncDriver);
  v.fact("legacy_callback", k.legacy_callback, kFlagNames,
         "the one callback of every driver locks and wakes even for software drivers");
  v.read_by(readers::kSoftwareTls);
  v.fact("sequential_records", k.sequential_records, kFlagNames,
         "TLS 1.0: batches that come out of order are parked (D32381)");
  v.read_by(readers::kTls10);
  v.fact("rx_tls13", k.rx_tls13, kFlagNames, "KTLS receive takes TLS 1.3");
  v.read_by(readers::kKtlsReceive);
  v.fact("rx_cbc", k.rx_cbc, kFlagNames, "KTLS receive takes AES-CBC");
  v.read_by(readers::kKtlsReceive);
  v.fact("contig_allocation", k.contig_allocation, kContigAllocationNames,
         "who refills the cache of 16 KiB buffers; none: there is no cache");
  v.quantity("max_alloc", k.max_alloc, {0, 1e6},
             "kern.ipc.tls.max_alloc, later max_reclaim: buffers that it makes at a time");
  v.read_by(readers::kContiguousBuffers);
  v.fact("counters", k.counters, kOcfCountersNames,
         "kern.ipc.tls.stats.ocf: *_crypts, or *_encrypts, *_decrypts and *_recrypts");
  v.fact("sorele_lock", k.sorele_lock, kFlagNames, "dropping a socket reference takes SOCK_LOCK");
  v.fact("ifnet_permitted", k.ifnet_permitted, kFlagNames,
         "kern.ipc.tls.ifnet.permitted: NIC TLS comes before OpenCrypto where the card has it on");
}

void describe(ParameterVisitor& v, KernelNetwork& n) {
  v.fact("loopback_flow_ids", n.loopback_flow_ids, kLoopbackFlowIdsNames,
         "flow id of a connection over lo0, which chooses its worker: 0, or a hash that is alike at both "
         "ends");
  v.read_by(readers::kLoopbackFlowIds);
  v.fact("congestion_control", n.congestion_control, kCongestionControlNames,
         "net.inet.tcp.cc.algorithm of GENERIC");
  v.read_by(readers::kRetransmission);
  v.quantity("initcwnd_segments", n.initcwnd_segments, {1, 1000},
             "net.inet.tcp.initcwnd_segments: congestion window of a new or idle connection, where segments can be "
             "lost");
  v.read_by(readers::kRetransmission);
  v.quantity("abc_l_var", n.abc_l_var, {1, 1000},
             "net.inet.tcp.abc_l_var: segments by which an acknowledgement opens the window in slow start, at most");
  v.read_by(readers::kRetransmission);
  v.quantity("sendbuf_inc_bytes", n.sendbuf_inc_bytes, {1, 1e9},
             "net.inet.tcp.sendbuf_inc: step by which a send buffer grows");
  v.read_by(readers::kSendBufferAuto);
  v.quantity("maxsockbuf_bytes", n.maxsockbuf_bytes, {4096, 1e11},
             "kern.ipc.maxsockbuf: a socket buffer with its mbufs, at most");
  v.quantity("lro_look_entries", n.lro_look_entries, {1, 65536},
             "cxgbe: entries of a receive queue between looks for connections that LRO has kept for too long");
}

void describe(ParameterVisitor& v, KernelDrivers& d) {
  v.fact("qat", d.qat, kQatDriverNames,
         "native: driver kind qat; intel: kind qat_ocf, and kind qat for C2000 parts only");
  v.fact("ossl_aes_gcm", d.ossl_aes_gcm, kFlagNames, "ossl(4) takes AES-GCM on amd64");
}

}  // namespace

void describe(ParameterVisitor& v, KernelProfile& p) {
  v.text("description", p.description, "", "what kernel this is");
  v.begin_group("scheduler", "sched_ule.c and sys/priority.h");
  describe(v, p.scheduler);
  v.end_group();
  v.begin_group("ktls", "uipc_ktls.c and ktls_ocf.c");
  describe(v, p.ktls);
  v.end_group();
  v.begin_group("network", "TCP and lo0");
  describe(v, p.network);
  v.end_group();
  v.begin_group("drivers", "which OpenCrypto drivers there are");
  describe(v, p.drivers);
  v.end_group();
}

}  // namespace ktlssim
