#include "models/traffic_parameters.hpp"

#include "models/readers.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMegabyte = 1048576;
constexpr std::int64_t kGigabyte = 1073741824;

}  // namespace

void describe(ParameterVisitor& v, WorkloadParameters& p) {
  v.choice("kind", p.kind, kWorkloadKindNames, WorkloadKind::sendfile,
           "sendfile: file pages; send: copied data; closed: records_in_flight circulate without an "
           "application or TCP; poisson: records arrive at random without an application or TCP");
  v.integer("sessions", p.sessions, {64, 1, 1000000}, "TLS connections");
  v.number("server_connections", p.server_connections, {0, 0, 1e8},
            "connections whose state passes through the caches, where sessions are some of them that send faster in "
            "their stead; 0 = sessions");
  v.read_by(readers::kCaches);
  v.integer("app_threads", p.app_threads, {0, 0, 65536},
            "application threads; 0 = one per CPU with kevent (at most one per session), one per session "
            "with blocking");
  v.read_by(readers::kEvents);
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
  v.read_by(readers::kDomainsOfNic);
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

}  // namespace ktlssim
