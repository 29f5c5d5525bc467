#include "models/scenario.hpp"

#include <algorithm>

#include "models/readers.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMegabyte = 1048576;
constexpr std::int64_t kGigabyte = 1073741824;

void describe(ParameterVisitor& v, KtlsParameters& p) {
  v.choice(
      "mode", p.mode, kKtlsModeNames, KtlsMode::software,
      "software: the driver encrypts; ifnet: the NIC does, and neither worker nor driver has any part in it; "
      "userland: the application does, in user mode, and writes records to a plain socket (sendfile: it reads the "
      "file first); left out, as the kernel chooses (/kernel/ktls/ifnet_permitted, /network/card)");
  v.integer("userland_threads", p.userland_threads, {0, 0, 65536},
            "mode userland: threads of a pool that read and encrypt for the application threads; 0 = these do it "
            "themselves");
  v.choice("dispatch", p.dispatch, kDispatchNames, Dispatch::driver,
           "driver: async if the driver is (the kernel since D31665); blocking: one record a worker at a "
           "time (before); left out, as the kernel does");
  v.integer("workers", p.workers, {0, 0, 1024}, "KTLS worker threads; 0 = one per CPU, as the kernel does");
  v.integer(
      "bind_threads", p.bind_threads, {0, 0, 2},
      "kern.ipc.tls.bind_threads: 0 = float, 1 = worker i on CPU i, 2 = on the CPUs of its NUMA domain, to "
      "which the flow ids of its connections are confined");
  v.read_by(readers::kSoftwareTls);
  v.flag("sw_buffer_cache", p.sw_buffer_cache, true,
         "kern.ipc.tls.sw_buffer_cache: 16 KiB destination buffers from a cache; left out, as the kernel does");
  v.read_by(readers::kSendfileEncrypted);
  v.integer(
      "contiguous_buffers", p.contiguous_buffers, {0, 0, 1000000000},
      "16 KiB pieces of contiguous memory for that cache until the alloc thread makes more; 0 = enough");
  v.read_by(readers::kBufferCache);
  v.integer("max_alloc", p.max_alloc, {128, 1, 1000000},
            "kern.ipc.tls.max_alloc, later max_reclaim: buffers that it makes at a time; left out, the kernel's");
  v.read_by(readers::kContiguousBuffers);
  v.choice("contig_memory", p.contig_memory, kContigMemoryNames, ContigMemory::plentiful,
           "once contiguous_buffers are used: plentiful: max_alloc more at a time; fragmented: no contiguous piece is "
           "left, so that the kernel before D39421 scans in vain, and since then its reclaim thread moves pages");
  v.read_by(readers::kContiguousBuffers);
  v.integer("maxlen_bytes", p.maxlen_bytes, {kTlsMaxPayloadBytes, 64, kTlsMaxPayloadBytes},
            "kern.ipc.tls.maxlen: payload of a record");
  v.read_by(readers::kApplication);
  v.integer("state_bytes", p.state_bytes, {528, 1, 65536},
            "struct ktls_ocf_state; 528 by the review of D31665");
  v.read_by(readers::kAsyncDispatch);
  v.flag("legacy_callback", p.legacy_callback, false,
         "13.0's callback, which locks and wakes even for software drivers; left out, as the kernel does");
  v.read_by(readers::kSyncDriver);
  v.flag("sbready_compress", p.sbready_compress, true,
         "sbready folds the header of a record into the trailer of the one before it (13.0 has it)");
  v.read_by(readers::kApplication);
  v.flag(
      "sequential_records", p.sequential_records, true,
      "TLS 1.0: park batches that arrive out of order (D32381, October 2021); without it they are encrypted "
      "out of order and the peer cannot read them; left out, as the kernel does");
  v.read_by(readers::kTls10);
}

void describe(ParameterVisitor& v, TlsParameters& p) {
  v.choice("version", p.version, kTlsVersionNames, TlsVersion::tls12, "TLS version");
  v.choice("cipher", p.cipher, kCipherNames, Cipher::aes_128_gcm, "cipher suite's AEAD");
}

void describe(ParameterVisitor& v, WorkloadParameters& p) {
  v.choice("kind", p.kind, kWorkloadKindNames, WorkloadKind::sendfile,
           "sendfile: file pages; send: copied data; closed: records_in_flight circulate without an "
           "application or TCP; poisson: records arrive at random without an application or TCP");
  v.integer("sessions", p.sessions, {64, 1, 1000000}, "TLS connections");
  v.integer("app_threads", p.app_threads, {0, 0, 65536},
            "application threads; 0 = one per CPU with kevent (at most one per session), one per session "
            "with blocking");
  v.read_by(readers::kKevent);
  v.choice("io", p.io, kAppIoNames, AppIo::kevent,
           "kevent: a thread serves many non-blocking sockets; blocking: a thread per session; poll: as kevent, with "
           "poll(2) or select(2), which look at every socket each time and are woken by each acknowledgement");
  v.read_by(readers::kApplication);
  v.integer("send_buffer_bytes", p.send_buffer_bytes, {kMegabyte, 4096, kGigabyte}, "so_snd.sb_hiwat");
  v.read_by(readers::kApplication);
  v.flag("send_buffer_auto", p.send_buffer_auto, false,
         "SB_AUTOSIZE: the send buffer grows by net.inet.tcp.sendbuf_inc while it is nearly full and the window "
         "allows more; a program that sets SO_SNDBUF turns it off");
  v.read_by(readers::kApplication);
  v.integer("send_buffer_max_bytes", p.send_buffer_max_bytes, {2 * kMegabyte, 4096, kGigabyte},
            "net.inet.tcp.sendbuf_max: up to which it grows");
  v.read_by(readers::kSendBufferAuto);
  v.integer("write_bytes", p.write_bytes, {kMegabyte, 1, kGigabyte}, "bytes of one write or sendfile call");
  v.read_by(readers::kApplication);
  v.integer("request_bytes", p.request_bytes, {0, 0, kGigabyte},
            "bytes that a session has to send at each of its times where rate_gbps is imposed, or for each request "
            "where clients think (think_us); 0 = write_bytes");
  v.read_by(readers::kRequests);
  v.integer("connection_bytes", p.connection_bytes, {0, 0, 1000000000000},
            "sendfile, send: a client makes a new connection after so many bytes, which costs the application "
            "handshake_ns; its flow id stays; 0 = never");
  v.read_by(readers::kApplication);
  v.number("think_us", p.think_us, {0, 0, 1e9},
           "closed: mean time from the end of a record to the next one in its place; sendfile, send: from when a "
           "client has all of its request_bytes until it sends the next request; 0 = none, and an application sends "
           "all it can");
  v.read_by(readers::kClients);
  v.choice("think_law", p.think_law, kServiceLawNames, ServiceLaw::exponential, "how think_us varies around its mean");
  v.read_by(readers::kThinking);
  v.flag("numa_silo", p.numa_silo, false,
         "sendfile, send: application threads are bound to NUMA domains, each takes connections of its own domain's "
         "port (TCP_REUSPORT_LB_NUMA), and pages of their files lie there; else pages lie in all domains alike");
  v.read_by(readers::kDomainsOfNic);
  v.flag("read_file", p.read_file, false,
         "send: the application reads what it sends from a resident file: read(2), its pages and a copy");
  v.read_by(readers::kSend);
  v.integer("records_in_flight", p.records_in_flight, {1, 1, 1000000},
            "closed: records of each session in circulation");
  v.read_by(readers::kClosed);
  v.integer("record_bytes", p.record_bytes, {kTlsMaxPayloadBytes, 1, kTlsMaxPayloadBytes},
            "closed, poisson: payload of a record");
  v.read_by(readers::kBareRecords);
  v.number("records_per_second", p.records_per_second, {1e5, 1e-3, 1e9},
           "poisson: arrivals over all sessions");
  v.read_by(readers::kPoisson);
  v.choice("flow_ids", p.flow_ids, kFlowIdsNames, FlowIds::automatic,
           "flow id of a session, which chooses its worker and its receive queue; auto: a NIC's hash is random, "
           "over loopback the kernel decides (/kernel/network/loopback_flow_ids)");
  v.number("start_spread_us", p.start_spread_us, {1000, 0, 1e6}, "sessions start at random within this time");
  v.read_by(readers::kStartSpread);
  v.number("rate_gbps", p.rate_gbps, {0, 0, 10000},
           "sendfile, send: throughput imposed over all sessions, each of which has request_bytes to send at regular "
           "times; 0 = all they can");
  v.read_by(readers::kApplication);
  v.integer("file_bytes", p.file_bytes, {0, 0, 1000000000000},
            "sendfile: size of a file, after which the next one starts; 0 = one file without end");
  v.read_by(readers::kSendfile);
  v.integer("file_offset_bytes", p.file_offset_bytes, {0, 0, 1000000000000},
            "sendfile: where in its first file a session starts");
  v.read_by(readers::kSendfile);
  v.number("disk_probability", p.disk_probability, {0, 0, 1},
           "sendfile: a pass finds pages that are not resident with this probability");
  v.read_by(readers::kSendfile);
  v.number("disk_latency_us", p.disk_latency_us, {100, 0, 1e6},
           "sendfile: mean time until they are, distributed exponentially");
  v.read_by(readers::kDisk);
  v.number("reconnect_us", p.reconnect_us, {0, 0, 1e9},
           "an application opens a new connection this long after it has seen one fail; 0 = never");
  v.read_by(readers::kFailingConnections);
}

void describe(ParameterVisitor& v, NetworkParameters& p) {
  v.choice("kind", p.kind, kNetworkKindNames, NetworkKind::nic,
           "nic: a peer across a link; loopback: the peer is on this host");
  v.read_by(readers::kApplication);
  v.choice("card", p.card, kNicCardNames, NicCard::other,
           "nic: whether it encrypts AES-GCM itself where the kernel permits it: mlx5 does, a T6 when asked "
           "(t6-txtls: ifconfig txtls or hw.cxgbe.kern_tls)");
  v.read_by(readers::kNic);
  v.number("rate_gbps", p.rate_gbps, {100, 0.001, 10000}, "nic: line rate");
  v.read_by(readers::kNic);
  v.number("rtt_us", p.rtt_us, {50, 0, 1e6}, "nic: round trip without queueing");
  v.read_by(readers::kNic);
  v.number("peer_rate_mbps", p.peer_rate_mbps, {0, 0, 1e7},
           "nic: each client's own link, over which bursts come one after another and acknowledgements are spread; "
           "0 = no limit");
  v.read_by(readers::kNic);
  v.integer("window_bytes", p.window_bytes, {4 * kMegabyte, 1460, kGigabyte},
            "nic: what the peer and congestion control allow in flight");
  v.read_by(readers::kNic);
  v.integer("mtu_bytes", p.mtu_bytes, {0, 0, 65535},
            "largest packet of the interface, from 576 on; 0 = its own: 1500 of a nic, 16384 of loopback");
  v.read_by(readers::kApplication);
  v.flag("tcp_nodelay", p.tcp_nodelay, false,
         "TCP_NODELAY, which nginx and OpenSSL's programs set: without it the tail of what is ready waits until "
         "all before it is acknowledged (Nagle)");
  v.read_by(readers::kApplication);
  v.flag("tso", p.tso, true, "nic: TCP hands over bursts of up to tso_bytes, not segments");
  v.read_by(readers::kNic);
  v.flag("lro", p.lro, true, "nic: acknowledgements of one interrupt are received as one a connection");
  v.read_by(readers::kNic);
  v.flag("peer_lro", p.peer_lro, true,
         "nic: the peer receives the segments of one burst as one, and acknowledges it once; clients far away "
         "acknowledge each second segment");
  v.read_by(readers::kNic);
  v.integer("ack_bytes", p.ack_bytes, {0, 0, kGigabyte},
            "the receiver acknowledges every so many bytes, at most half of what may be outstanding; 0 = as TCP "
            "does: each second segment, and each that LRO made longer than a segment");
  v.read_by(readers::kApplication);
  v.number("delayed_ack_us", p.delayed_ack_us, {1000, 1, 1e6}, "and at the latest after this time");
  v.read_by(readers::kApplication);
  v.integer("tso_bytes", p.tso_bytes, {65535, 536, 1048576},
            "nic: largest burst handed to the interface at once, with tso");
  v.read_by(readers::kTso);
  v.number("loss_probability", p.loss_probability, {0, 0, 0.5},
           "nic: a packet to the peer is lost with this probability; acknowledgements are not. With loss, TCP's "
           "congestion control acts beside window_bytes");
  v.read_by(readers::kNic);
  v.number("rexmit_min_us", p.rexmit_min_us, {30000, 1, 1e7}, "net.inet.tcp.rexmit_min");
  v.read_by(readers::kRetransmission);
  v.number("rexmit_slop_us", p.rexmit_slop_us, {200000, 0, 1e7},
           "net.inet.tcp.rexmit_slop: added to each retransmission timeout");
  v.read_by(readers::kRetransmission);
  v.integer("lro_entries", p.lro_entries, {8, 1, 1024},
            "nic: hw.cxgbe.lro_entries: connections of a receive queue that LRO keeps at once");
  v.read_by(readers::kLro);
  v.number("lro_timeout_us", p.lro_timeout_us, {100, 0, 1e6},
           "nic: hw.cxgbe.lro_timeout: looked at every 64 entries of an interrupt that goes on");
  v.read_by(readers::kLro);
  v.integer("netisr_qlimit", p.netisr_qlimit, {256, 1, 1000000},
            "loopback: net.isr.defaultqlimit: packets that wait for a netisr thread, beside the batch that it has "
            "taken; more are dropped");
  v.read_by(readers::kLoopback);
  v.flag("loopback_mextpg", p.loopback_mextpg, false,
         "lo0 takes unmapped mbufs (IFCAP_MEXTPG), which no kernel up to 14 has; without it each segment is "
         "rebuilt of mapped ones");
  v.read_by(readers::kLoopback);
  v.integer("numa_domain", p.numa_domain, {-1, -1, 63},
            "nic: the NUMA domain that its connections are known to be in, for bind_threads 2; -1 = unknown");
  v.read_by(readers::kNumaDomain);
  v.choice("lagg", p.lagg, kLaggNames, Lagg::none,
           "nic: none: one NIC, in numa_domain, or in the first domain; by_flow: a port in each NUMA domain, chosen by "
           "flow id; by_domain: the same with net.link.lagg.use_numa, so that a connection's domain is its port's");
  v.read_by(readers::kNic);
  v.integer("rx_queues", p.rx_queues, {0, 0, 1024}, "nic: receive queues, whose vectors go round the cores; 0 = one per CPU");
  v.read_by(readers::kReceiveQueues);
  v.number("rx_holdoff_us", p.rx_holdoff_us, {5, 0, 1e5},
           "interrupt hold-off of a receive queue (cxgbe: 5); also of ccr's completions");
  v.read_by(readers::kReceiveQueues);
  v.integer("rx_holdoff_packets", p.rx_holdoff_packets, {0, 0, 1024},
            "so many entries of a receive queue end its hold-off early (cxgbe: 1, 8, 16, 32); 0 = off, its "
            "default");
  v.read_by(readers::kReceiveQueues);
  v.integer("netisr_threads", p.netisr_threads, {1, 1, 1024}, "loopback: net.isr.maxthreads");
  v.read_by(readers::kLoopback);
  v.choice("receiver", p.receiver, kReceiverKindNames, ReceiverKind::userland,
           "loopback: who decrypts: the receiving process, or KTLS receive sessions on the workers, which "
           "wait for each record");
  v.read_by(readers::kLoopback);
  v.integer("receiver_threads", p.receiver_threads, {0, 0, 65536},
            "loopback: receiving processes; 0 = one per session");
  v.read_by(readers::kLoopback);
  v.integer("receive_buffer_bytes", p.receive_buffer_bytes, {kMegabyte, 4096, kGigabyte},
            "loopback: so_rcv.sb_hiwat");
  v.read_by(readers::kLoopback);
}

void describe(ParameterVisitor& v, FaultParameters& p) {
  v.number("probability", p.probability, {0, 0, 1}, "a crypto request fails with this probability");
  v.read_by(readers::kSoftwareTls);
  v.integer("every_nth", p.every_nth, {0, 0, 1000000000}, "every n-th crypto request fails; 0 = none");
  v.read_by(readers::kSoftwareTls);
  v.number("from_ms", p.from_ms, {0, 0, 1e6}, "requests fail from this simulated time on");
  v.read_by(readers::kFailingRequests);
  v.number("to_ms", p.to_ms, {1e6, 0, 1e6}, "and until this one");
  v.read_by(readers::kFailingRequests);
  v.number("device_dead_from_ms", p.device_dead_from_ms, {1e6, 0, 1e6},
           "the device completes nothing that it is given from this simulated time on");
  v.read_by(readers::kDevice);
  v.number("driver_unloaded_ms", p.driver_unloaded_ms, {kNeverMs, 0, kNeverMs},
           "the first driver unregisters at this simulated time, 1e6 = never; its sessions move to another "
           "one, each request that meets it is retried");
  v.read_by(readers::kSoftwareTls);
  v.number("nomem_probability", p.nomem_probability, {0, 0, 1},
           "ccr: memory for a work request is not there (M_NOWAIT), which fails the request with ENOMEM");
  v.read_by(readers::kCcr);
  v.number("vm_wait_probability", p.vm_wait_probability, {0, 0, 1},
           "a worker's allocation that may sleep (M_WAITOK: the state of an asynchronous request, a destination "
           "page) finds no memory with this probability");
  v.read_by(readers::kSoftwareTls);
  v.number("vm_wait_us", p.vm_wait_us, {1000, 0, 1e7},
           "and sleeps for this mean time, distributed exponentially, with all sessions of that worker");
  v.read_by(readers::kVmWait);
}

void describe(ParameterVisitor& v, WhatIfParameters& p) {
  v.flag("direct_dispatch", p.direct_dispatch, false,
         "not in any kernel: the sender dispatches asynchronous records itself, without a worker");
  v.read_by(readers::kAsyncDispatch);
  v.flag("async_cbc", p.async_cbc, false,
         "not in any kernel: AES-CBC goes async too, the callback of the MAC dispatches the encryption");
  v.read_by(readers::kCbc);
  v.choice("state_allocator", p.state_allocator, kStateAllocatorNames, StateAllocator::malloc,
           "uma is not in any kernel: the state of asynchronous requests from a UMA zone");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_worker", p.cap_per_worker, {0, 0, 1000000},
            "not in any kernel: a worker waits while it has so many records in flight; 0 = no cap");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_session", p.cap_per_session, {0, 0, 1000000},
            "not in any kernel: and while the session has so many");
  v.read_by(readers::kAsyncDispatch);
  v.integer("cap_per_bank", p.cap_per_bank, {0, 0, 1000000},
            "not in any kernel: and while the qat bank of its CPU has so many; workers that look at the same "
            "time may exceed it by one each");
  v.read_by(readers::kQat);
  v.integer(
      "return_workers", p.return_workers, {0, 0, 1024},
      "not in any kernel: KTLS without CRYPTO_F_CBIMM (CBIFSYNC on), so callbacks of coprocessors run in "
      "so many crypto return threads; 0 = inline");
  v.read_by(readers::kAsyncDriver);
  v.flag("requeue_when_full", p.requeue_when_full, false,
         "not in any kernel: qat reports a full ring by ERESTART, so that OpenCrypto queues the request");
  v.read_by(readers::kQat);
  v.integer(
      "ready_group_records", p.ready_group_records, {1, 1, 1024},
      "not in any kernel: asynchronous records become ready in groups of so many of a session, or when it "
      "has none in flight");
  v.read_by(readers::kAsyncDispatch);
  v.integer("spill_records", p.spill_records, {0, 0, 1000000},
            "not in any kernel: while a card has so many requests of KTLS, AEAD records go to a software driver of "
            "/other_drivers, on the worker's CPU; 0 = off");
  v.read_by(readers::kAsyncDriver);
  v.number("spill_wait_us", p.spill_wait_us, {0, 0, 1e6},
           "not in any kernel: the same while what the card has been given would keep its engines busy for longer "
           "than this; 0 = off");
  v.read_by(readers::kAsyncDriver);
  v.number("spill_back", p.spill_back, {1, 0, 1},
           "not in any kernel: records go back to the card once it is below so much of these bounds");
  v.read_by(readers::kSpill);
  v.integer("poll_threads", p.poll_threads, {0, 0, 1024},
            "not in any kernel: so many kernel threads a device poll its completion queues (ccr: the receive queues "
            "that get completions) instead of its interrupts; 0 = off");
  v.read_by(readers::kCard);
  v.number("poll_interval_us", p.poll_interval_us, {0, 0, 1e5},
           "not in any kernel: and sleep so long when they have found nothing; 0 = they look again at once");
  v.read_by(readers::kPolling);
}

void describe(ParameterVisitor& v, MeasureParameters& p) {
  v.choice("warmup", p.warmup, kWarmupNames, Warmup::fixed,
           "fixed: warmup_ms; auto: until the throughput has settled by MSER-5, found in a run of "
           "duration_ms that goes before; where that is past its half, the run is too short. Where neither it nor "
           "warmup_ms nor duration_ms is given it is auto, and duration_ms is 0");
  v.number("warmup_ms", p.warmup_ms, {20, 0, 1e6}, "fixed: simulated before anything is measured");
  v.read_by(readers::kFixedWarmup);
  v.number("duration_ms", p.duration_ms, {100, 0, 1e6},
           "simulated and measured; 0, with warmup auto: as long as it takes until the means may be believed");
  v.number("relative_precision", p.relative_precision, {0, 0, 1},
           "replicate until half the 95 % interval of each of precision_metrics is at most this part of its "
           "mean; 0 = a fixed number of replications");
  v.text("precision_metrics", p.precision_metrics, "throughput_gbps cpu_percent", "metrics, between blanks");
  v.read_by(readers::kPrecision);
  v.integer("min_replications", p.min_replications, {10, 2, 10000},
            "before relative_precision is looked at first; then after half as many more each time");
  v.read_by(readers::kPrecision);
  v.integer("max_replications", p.max_replications, {100, 2, 10000}, "after which it is given up");
  v.read_by(readers::kPrecision);
}

}  // namespace

FlowIds Scenario::flow_ids() const {
  if (workload.flow_ids != FlowIds::automatic) return workload.flow_ids;
  if (!has_application() || network.kind == NetworkKind::nic) return FlowIds::random;
  return kernel.network.loopback_flow_ids.value() == LoopbackFlowIds::zero ? FlowIds::zero : FlowIds::random;
}

bool Scenario::has_software_tls() const {
  if (ktls.mode != KtlsMode::ifnet) return ktls.mode == KtlsMode::software;
  return std::ranges::any_of(session_groups, &SessionGroup::software);
}

// The kernel shifts the flow id by 16 bits (net.link.lagg.default_flowid_shift); with both halves, sequential ones are
// dealt round too.
std::int64_t Scenario::port_domain(std::uint32_t flowid) const {
  if (network.lagg == Lagg::none) return std::max<std::int64_t>(0, network.numa_domain);
  return (flowid ^ flowid >> 16) % host.numa_domains.count();
}

SegmentSizes Scenario::segments() const {
  constexpr std::int64_t kNicMtuBytes = 1500;        // ETHERMTU
  constexpr std::int64_t kLoopbackMtuBytes = 16384;  // LOMTU
  if (network.mtu_bytes > 0) return segment_sizes(network.mtu_bytes);
  return segment_sizes(network.kind == NetworkKind::nic ? kNicMtuBytes : kLoopbackMtuBytes);
}

std::int64_t Scenario::ack_threshold_bytes() const {
  if (network.ack_bytes == 0) return 0;
  const std::int64_t window =
      network.kind == NetworkKind::nic ? network.window_bytes : network.receive_buffer_bytes;
  return std::max<std::int64_t>(
      1, std::min(network.ack_bytes, std::min(workload.send_buffer_bytes, window) / 2));
}

std::size_t Scenario::group_of(std::int64_t session) const {
  std::size_t group = 0;
  while (group < session_groups.size() && session >= session_groups[group].sessions)
    session -= session_groups[group++].sessions;
  return group;
}

std::vector<std::size_t> Scenario::groups_of_sessions() const {
  std::vector<std::size_t> groups;
  const auto sessions = static_cast<std::size_t>(workload.sessions);
  groups.reserve(sessions);
  for (std::size_t group = 0; group < session_groups.size() && groups.size() < sessions; ++group) {
    const auto of_group = static_cast<std::size_t>(session_groups[group].sessions);
    groups.insert(groups.end(), std::min(of_group, sessions - groups.size()), group);
  }
  groups.resize(sessions, session_groups.size());
  return groups;
}

Scenario Scenario::with_all(const SessionGroup& kind) const {
  Scenario copy = *this;
  copy.session_groups.clear();
  copy.tls = kind.tls;
  if (!kind.software || ktls.mode != KtlsMode::ifnet) return copy;
  copy.ktls.mode = KtlsMode::software;
  if (const DriverProfile* const software = selected_software(encryption(kind.tls.cipher))) copy.driver = *software;
  return copy;
}

std::vector<SessionGroup> Scenario::all_groups() const {
  std::vector<SessionGroup> all = session_groups;
  if (group_of(workload.sessions - 1) == session_groups.size()) all.push_back({workload.sessions, false, tls});
  return all;
}

std::vector<TlsParameters> Scenario::all_tls() const {
  std::vector<TlsParameters> all;
  for (const SessionGroup& group : all_groups()) all.push_back(group.tls);
  return all;
}

std::vector<const DriverProfile*> Scenario::drivers() const {
  std::vector<const DriverProfile*> all{&driver};
  for (const DriverProfile& other : other_drivers) all.push_back(&other);
  return all;
}

const DriverProfile* Scenario::selected(Algorithm algorithm) const {
  const DriverProfile* best = nullptr;
  for (const DriverProfile* const d : drivers()) {
    if (!d->cost(algorithm).supported) continue;
    if (best == nullptr || d->traits().probe_value > best->traits().probe_value) best = d;
  }
  return best;
}

const DriverProfile* Scenario::selected_software(Algorithm algorithm) const {
  const DriverProfile* best = nullptr;
  for (const DriverProfile* const d : drivers()) {
    if (!d->sync() || d->traits().encrypts_in_nic || !d->cost(algorithm).supported) continue;
    if (best == nullptr || d->traits().probe_value > best->traits().probe_value) best = d;
  }
  return best;
}

bool Scenario::sync_dispatch() const {
  if (ktls.dispatch == Dispatch::blocking || selected(encryption(tls.cipher))->sync()) return true;
  return !is_aead(tls.cipher) && !what_if.async_cbc;
}

void describe(ParameterVisitor& v, SessionGroup& group) {
  v.integer("sessions", group.sessions, {1, 1, 1000000}, "how many, of those of /workload");
  v.flag("software", group.software, false,
         "mode ifnet: a software driver of /other_drivers encrypts for them, on KTLS workers, and not the NIC");
  describe(v, group.tls);
}

void describe(ParameterVisitor& v, Scenario& s) {
  v.text("name", s.name, "", "short name, used in output");
  v.text("description", s.description, "", "the question that the scenario answers");
  v.integer("seed", s.seed, {1, 0, kMaxSeed}, "master seed");
  v.begin_group("ktls", "kernel TLS");
  describe(v, s.ktls);
  v.end_group();
  v.begin_group("tls", "protocol");
  v.read_by(readers::kUngroupedSessions);
  describe(v, s.tls);
  v.end_group();
  v.begin_group("workload", "who sends what");
  describe(v, s.workload);
  v.end_group();
  v.begin_group("network", "the way to the peer and back");
  describe(v, s.network);
  v.end_group();
  v.begin_group("faults", "crypto requests that fail on purpose");
  describe(v, s.faults);
  v.end_group();
  v.begin_group("what_if", "what no kernel does");
  describe(v, s.what_if);
  v.end_group();
  v.begin_group("measure", "how long");
  describe(v, s.measure);
  v.end_group();
}

}  // namespace ktlssim
