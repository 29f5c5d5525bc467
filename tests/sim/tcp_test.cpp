// TCP: segments, acknowledgements, loss, and what becomes of connections that are dropped. Times and counts by hand.
#include "sim/kernel/tcp.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

using Bytes = std::vector<std::int64_t>;

// Keeps what TCP hands to the interface.
class SentBursts final : public Network {
 public:
  void attach(Socket&) override {}
  void if_output(Socket&, std::int64_t from, std::int64_t bytes) override {
    offsets.push_back(from);
    sent.push_back(bytes);
  }
  void softclock(Socket&) override {}
  std::vector<Resource> resources(std::int64_t) const override { return {}; }

  Bytes offsets;
  Bytes sent;
};

// Runs `body` in a thread of a kernel with a socket whose buffer and window hold a megabyte.
void with_socket(const Scenario& s, const std::function<void(Kernel&, Socket&, SentBursts&)>& body) {
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    SentBursts network;
    k.network = &network;
    Socket so;
    so.so_snd.sb_hiwat = 1 << 20;
    so.snd_wnd_edge = so.max_sndwnd = 1 << 20;
    bool done = false;
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      body(k, so, network);
      done = true;
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{1000000});
    EXPECT_TRUE(done);
  });
}

// `bytes` more may be sent.
void ready(Socket& so, std::int64_t bytes) {
  so.so_snd.sb_ccc += bytes;
  so.so_snd.sb_acc += bytes;
}

Scenario over_loopback() {
  Scenario s = ideal_scenario();
  s.network.kind = NetworkKind::loopback;
  return s;
}

TEST(Segments, have_52_bytes_of_headers_and_38_of_ethernet) {
  EXPECT_EQ(segment_sizes(1500).payload_bytes, 1448);
  EXPECT_EQ(segment_sizes(16384).payload_bytes, 16332);
  EXPECT_EQ(segment_sizes(1500).on_wire(1448), 1538);
  EXPECT_EQ(segment_sizes(1500).on_wire(1449), 1449 + 2 * 90);
}

TEST(TcpOutput, cuts_whole_segments_and_sends_the_tail_of_an_idle_connection) {
  with_socket(over_loopback(), [](Kernel& k, Socket& so, SentBursts& network) {
    ready(so, 16413);
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({16332, 81}));  // idle is looked at once, on entry
  });
}

TEST(TcpOutput, holds_the_tail_back_while_anything_is_unacknowledged) {
  for (const bool nodelay : {false, true}) {
    Scenario s = over_loopback();
    s.network.tcp_nodelay = nodelay;
    with_socket(s, [nodelay](Kernel& k, Socket& so, SentBursts& network) {
      ready(so, 100);
      tcp_output(k, so);
      ready(so, 16413);
      tcp_output(k, so);
      EXPECT_EQ(network.sent, nodelay ? Bytes({100, 16332, 81}) : Bytes({100, 16332}));
      ready(so, 16413);  // 81 + 16 413 are a segment and 162 bytes
      tcp_output(k, so);
      EXPECT_EQ(network.sent, nodelay ? Bytes({100, 16332, 81, 16332, 81}) : Bytes({100, 16332, 16332}));
      if (nodelay) return;
      tcp_input_ack(k, so, 100 + 2 * 16332, 1 << 21);  // all: idle again
      EXPECT_EQ(network.sent.back(), 162);
    });
  }
}

TEST(TcpOutput, sends_a_tail_of_half_the_largest_window) {
  with_socket(over_loopback(), [](Kernel& k, Socket& so, SentBursts& network) {
    so.snd_wnd_edge = so.max_sndwnd = 20000;
    ready(so, 100);
    tcp_output(k, so);
    ready(so, 9999);
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({100}));
    ready(so, 1);  // 10 000
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({100, 10000}));
  });
}

TEST(TcpOutput, with_tso_a_burst_is_of_whole_segments_unless_it_empties_the_buffer) {
  with_socket(ideal_scenario(), [](Kernel& k, Socket& so, SentBursts& network) {
    ready(so, 70000);
    tcp_output(k, so);
    // 65 535 are 45 segments and 375 bytes; the 4840 that are left empty the buffer.
    EXPECT_EQ(network.sent, Bytes({45 * 1448, 70000 - 45 * 1448}));
  });
  Scenario s = ideal_scenario();
  s.network.tso = false;
  with_socket(s, [](Kernel& k, Socket& so, SentBursts& network) {
    ready(so, 3000);
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({1448, 1448, 104}));
  });
  s.network.mtu_bytes = 9000;
  with_socket(s, [](Kernel& k, Socket& so, SentBursts& network) {
    ready(so, 10000);
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({8948, 1052}));
  });
}

TEST(DelayedAck, waits_at_a_first_segment_only_and_never_for_what_lro_has_made) {
  const SegmentSizes sizes = segment_sizes(1500);
  EXPECT_TRUE(delay_ack(sizes, 1448, false));
  EXPECT_FALSE(delay_ack(sizes, 1448, true));
  EXPECT_FALSE(delay_ack(sizes, 2896, false));
}

TEST(DelayedAck, a_threshold_is_at_most_half_of_what_may_be_outstanding) {
  Scenario s = ideal_scenario();
  EXPECT_EQ(s.ack_threshold_bytes(), 0);
  s.network.ack_bytes = 65535;
  s.workload.send_buffer_bytes = 32768;
  EXPECT_EQ(s.ack_threshold_bytes(), 16384);
  s.network.window_bytes = 20000;
  EXPECT_EQ(s.ack_threshold_bytes(), 10000);
}

// One session fills its buffer of two records, 32 768 bytes of payload, once a round trip.
double small_buffer_gbps(std::int64_t ack_bytes, bool lro) {
  Scenario s = ideal_scenario();
  s.workload.kind = WorkloadKind::send;
  s.workload.io = AppIo::blocking;
  s.workload.sessions = 1;
  s.workload.write_bytes = 32768;
  s.workload.send_buffer_bytes = 32768 + 58;
  s.network.rate_gbps = 100;
  s.network.rtt_us = 50;
  s.network.ack_bytes = ack_bytes;
  s.network.lro = s.network.peer_lro = lro;
  s.network.rx_holdoff_us = 0;
  s.measure.duration_ms = 100;
  return metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps");
}

TEST(DelayedAck, a_small_send_buffer_gives_a_buffer_each_round_trip) {
  // 32 826 bytes in 23 packets of 90 bytes of headers are 2.79 us on the wire.
  const double expected = 32768 * 8 / (50e3 + (32826 + 23 * 90) * 8 / 100.0);
  EXPECT_NEAR(small_buffer_gbps(0, true), expected, 0.02 * expected);
  EXPECT_GT(small_buffer_gbps(65535, true), 0.5 * expected);  // two acknowledgements a buffer, at the least
}

TEST(Link, carries_1448_of_1538_bytes_of_payload_at_most) {
  Scenario s = ideal_scenario();
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 8;
  s.network.rate_gbps = 10;
  s.measure.duration_ms = 50;
  const double most = 10 * 16384 / 16413.0 * 1448 / 1538;  // 9.4 Gbit/s
  const double throughput = metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps");
  EXPECT_LT(throughput, most * 1.001);
  EXPECT_GT(throughput, most * 0.98);
}

TEST(Reassembly, tells_the_first_hole_and_goes_over_it_once_it_is_filled) {
  Reassembly r;
  EXPECT_EQ(r.arrive(0, 100), 100);
  EXPECT_EQ(r.arrive(300, 400), 0);
  EXPECT_EQ(r.arrive(200, 250), 0);
  EXPECT_EQ(r.hole_end(), 200);
  EXPECT_EQ(r.arrive(50, 200), 150);  // from 100 to 250
  EXPECT_EQ(r.next(), 250);
  EXPECT_EQ(r.hole_end(), 300);
  EXPECT_EQ(r.arrive(250, 300), 150);
  EXPECT_EQ(r.hole_end(), 0);
  EXPECT_EQ(r.arrive(0, 400), 0);  // again
}

NetworkParameters parameters() {
  NetworkParameters p = ideal_scenario().network;
  return p;
}

KernelNetwork kernel(CongestionControl control) {
  KernelNetwork kernel = ideal_scenario().kernel.network;
  kernel.congestion_control = Fact<CongestionControl>(control, Provenance{"test", Confidence::scenario, ""});
  return kernel;
}

TEST(CongestionControl, takes_its_first_window_and_its_step_of_slow_start_from_the_kernel) {
  KernelNetwork tuned = kernel(CongestionControl::newreno);
  tuned.initcwnd_segments = q(44);
  tuned.abc_l_var = q(3);
  Tcpcb tp(tuned, parameters(), segment_sizes(1500));
  EXPECT_EQ(tp.snd_cwnd, 44 * 1460);
  cc_ack_received(tp, 10000, 1 << 30, Time{0});
  EXPECT_EQ(tp.snd_cwnd, (44 + 3) * 1460);
}

TEST(CongestionControl, begins_with_ten_segments_of_ethernet_and_two_of_loopback) {
  EXPECT_EQ(Tcpcb(kernel(CongestionControl::newreno), parameters(), segment_sizes(1500)).snd_cwnd, 14600);
  EXPECT_EQ(Tcpcb(kernel(CongestionControl::newreno), parameters(), segment_sizes(16384)).snd_cwnd, 2 * 16344);
}

TEST(CongestionControl, newreno_grows_by_two_segments_an_ack_and_by_one_a_window_then_halves) {
  Tcpcb tp(kernel(CongestionControl::newreno), parameters(), segment_sizes(1500));
  cc_ack_received(tp, 10000, 1 << 30, Time{0});
  EXPECT_EQ(tp.snd_cwnd, 14600 + 2 * 1460);
  tp.snd_ssthresh = 14600;
  cc_ack_received(tp, 17519, 1 << 30, Time{0});
  EXPECT_EQ(tp.snd_cwnd, 17520);
  cc_ack_received(tp, 1, 1 << 30, Time{0});
  EXPECT_EQ(tp.snd_cwnd, 17520 + 1460);  // 13 segments
  tp.snd_max = 1000000;
  tp.dupacks = 3;
  cc_dupack_signal(tp, Time{0});
  EXPECT_EQ(tp.snd_ssthresh, 6 * 1460);
  EXPECT_EQ(tp.snd_cwnd, 9 * 1460);
  EXPECT_EQ(tp.snd_recover, 1000000);
  cc_post_recovery(tp, 1000000);
  EXPECT_EQ(tp.snd_cwnd, 2 * 1460);  // nothing is under way
}

TEST(CongestionControl, cubic_gives_back_three_tenths_and_is_back_after_the_time_of_rfc_8312) {
  Tcpcb tp(kernel(CongestionControl::cubic), parameters(), segment_sizes(1500));
  tp.snd_cwnd = 100 * 1460;
  cc_dupack_signal(tp, Time{0});
  cc_post_recovery(tp, 0);
  EXPECT_EQ(tp.snd_ssthresh, 70 * 1460);
  tp.snd_cwnd = 71 * 1460;
  // K = cbrt(100 x 0.3 / 0.4) = 4.217 s
  cc_ack_received(tp, 1460, 1 << 30, from_us(1e6 * std::cbrt(75.0)));
  EXPECT_NEAR(static_cast<double>(tp.snd_cwnd) / 1460, 100, 0.01);
}

TEST(CongestionControl, a_timeout_leaves_one_segment_and_backs_off) {
  Tcpcb tp(kernel(CongestionControl::newreno), parameters(), segment_sizes(1500));
  EXPECT_EQ(tp.timeout(), from_us(30000 + 200000));
  tp.snd_cwnd = 40 * 1460;
  cc_rto_signal(tp, 20 * 1460, Time{0});
  EXPECT_EQ(tp.snd_cwnd, 1460);
  EXPECT_EQ(tp.snd_ssthresh, 10 * 1460);
  EXPECT_EQ(tp.timeout(), from_us(2 * 230000));
  tp.snd_cwnd = 40 * 1460;
  cc_after_idle(tp);
  EXPECT_EQ(tp.snd_cwnd, 14600);
}

TEST(Loss, the_third_duplicate_acknowledgement_sends_the_hole_again) {
  Scenario s = ideal_scenario();
  with_socket(s, [](Kernel& k, Socket& so, SentBursts& network) {
    Tcp tcp(k);
    so.proto = &tcp;
    so.tp = std::make_unique<Tcpcb>(kernel(CongestionControl::newreno), k.scenario.network, k.segments);
    so.tp->snd_cwnd = 100000;
    ready(so, 14480);
    tcp_output(k, so);
    EXPECT_EQ(network.sent, Bytes({14480}));
    for (int i = 0; i < 2; ++i) tcp_input_ack(k, so, 0, 1 << 20, 1448);
    EXPECT_EQ(network.sent, Bytes({14480}));
    tcp_input_ack(k, so, 0, 1 << 20, 1448);
    EXPECT_EQ(network.offsets, Bytes({0, 0}));
    EXPECT_EQ(network.sent, Bytes({14480, 1448}));
    tcp_input_ack(k, so, 0, 1 << 20, 1448);  // it is on its way
    EXPECT_EQ(network.sent.size(), 2U);
    EXPECT_TRUE(so.tp->in_recovery);
  });
}

// A sender that can lose packets.
Scenario lossy(double probability) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 8;
  s.network.rate_gbps = 10;
  s.network.loss_probability = probability;
  s.measure.warmup_ms = 200;
  s.measure.duration_ms = 1000;
  return s;
}

TEST(Loss, everything_arrives_in_order_and_the_more_is_lost_the_less_is_sent) {
  double before = 1e9;
  for (const double probability : {0.0001, 0.01}) {
    const RunResult result = simulate(lossy(probability), EngineKind::fiber, 0);
    ASSERT_EQ(result.status, RunStatus::done) << result.diagnosis;
    EXPECT_GT(metric(result, "throughput_gbps"), 0);
    EXPECT_LT(metric(result, "throughput_gbps"), before);
    before = metric(result, "throughput_gbps");
    EXPECT_GT(counter(result, "ktlssim.lost_packets"), 0);
    EXPECT_GE(counter(result, "ktlssim.tcp_sndrexmitpack"), counter(result, "ktlssim.lost_packets") * 9 / 10);
  }
}

TEST(Loss, of_nic_tls_makes_the_nic_read_whole_records_again) {
  Scenario s = lossy(0.001);
  s.ktls.mode = KtlsMode::ifnet;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // At least the record around each packet that is sent again, and there is never less of it than of the packet.
  EXPECT_GE(counter(result, "ktlssim.nic_tls_reread_bytes"), counter(result, "ktlssim.tcp_sndrexmitpack") * 1448);
  s.ktls.mode = KtlsMode::software;
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "ktlssim.nic_tls_reread_bytes"), 0);
}

Scenario many_over_loopback() {
  Scenario s = over_loopback();
  s.host.cpus = q(4);
  s.host.loopback.tcp_input_data_ns = q(2000);
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 64;
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 500;
  return s;
}

TEST(Netisr, a_queue_of_256_packets_drops_and_tcp_sends_again) {
  const RunResult full = simulate(many_over_loopback(), EngineKind::fiber, 0);
  ASSERT_EQ(full.status, RunStatus::done) << full.diagnosis;
  EXPECT_GT(metric(full, "throughput_gbps"), 0);
  Scenario s = many_over_loopback();
  s.network.netisr_qlimit = 4;
  const RunResult tiny = simulate(s, EngineKind::fiber, 0);
  ASSERT_EQ(tiny.status, RunStatus::done) << tiny.diagnosis;
  EXPECT_GT(counter(tiny, "ktlssim.lost_packets"), 0);
  EXPECT_GT(counter(tiny, "ktlssim.tcp_sndrexmitpack"), 0);
  s.network.netisr_qlimit = 1000000;
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "ktlssim.lost_packets"), 0);
}

TEST(Mextpg, a_segment_of_four_pages_is_six_mbufs_on_an_interface_without_it) {
  Scenario s = over_loopback();
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 1;
  s.workload.write_bytes = s.ktls.maxlen_bytes = 16300;  // one segment a record
  s.workload.send_buffer_bytes = 16300 + 96;
  s.host.loopback.mapped_mbuf_ns = q(100);
  s.host.application.application_ns = q(20000);
  s.network.tcp_nodelay = true;
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  std::int64_t ns = 0;
  for (const CpuRow& row : result.cpu) ns += row.function == "mb_unmapped_to_ext" ? row.busy_ns : 0;
  EXPECT_NEAR(static_cast<double>(ns) / (metric(result, "records_per_second") * 0.1), 600, 6);
  s.network.loopback_mextpg = true;
  for (const CpuRow& row : simulate(s, EngineKind::fiber, 0).cpu) EXPECT_NE(row.function, "mb_unmapped_to_ext");
}

// Of one record of 16 384 bytes, 16 413 on the wire, whose mbufs cost 1024 ns each to free.
double reclaim_ns_per_record(bool tso) {
  Scenario s = ideal_ccr();
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 1;
  s.workload.write_bytes = 16384;
  s.workload.rate_gbps = 0.5;
  s.network.kind = NetworkKind::nic;
  s.network.tso = tso;
  s.network.tcp_nodelay = true;
  s.host.tcp.reclaim_tx_descs_ns = q(1024);
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  std::int64_t ns = 0;
  for (const CpuRow& row : result.cpu) ns += row.function == "reclaim_tx_descs" ? row.busy_ns : 0;
  return static_cast<double>(ns) / (metric(result, "records_per_second") * 0.1);
}

TEST(ReclaimTxDescs, frees_a_header_of_each_burst_and_an_mbuf_of_each_record_in_it) {
  constexpr double kOfRecord = 1024 * 16413.0 / 16384;
  EXPECT_NEAR(reclaim_ns_per_record(true), 2 * 1024 + kOfRecord, 20);
  EXPECT_NEAR(reclaim_ns_per_record(false), 12 * 2 * 1024 + kOfRecord, 120);  // 12 segments of 1448 bytes
}

TEST(Sbready, folds_headers_of_neighbours_that_become_ready_together) {
  Scenario s = ideal_scenario();
  s.host.tcp.sbready_compress_ns = q(30);
  with_socket(s, [](Kernel& k, Socket& so, SentBursts&) {
    Mbuf records[4];
    for (int i = 0; i < 4; ++i) {
      records[i].wire_bytes = 1000;
      records[i].m_next = i < 3 ? &records[i + 1] : nullptr;
    }
    ktls_seq(so, records[0]);
    sbappendstream(so, records[0]);
    EXPECT_FALSE(sbready(k, so, records[1], 2));  // two neighbours that wait
    k.settle();
    EXPECT_EQ(so.so_snd.folded_headers, 1);
    EXPECT_EQ(k.now(), Time{30});
    EXPECT_TRUE(sbready(k, so, records[3], 1) || true);
    EXPECT_EQ(so.so_snd.folded_headers, 1);  // one alone
  });
}

TEST(Sowwakeup, a_blocking_sendfile_wakes_at_each_acknowledgement_and_looks_itself) {
  Scenario s = ideal_scenario();
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.io = AppIo::blocking;
  s.workload.sessions = 1;
  s.workload.send_buffer_bytes = 1048576;
  s.network.ack_bytes = 65160;  // 45 segments
  s.network.lro = s.network.peer_lro = false;
  s.network.rate_gbps = 10;
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // The low-water mark is 512 KiB, eight acknowledgements: by it there would be a wakeup every 32 records.
  EXPECT_GT(metric(result, "wakeups_per_second"), metric(result, "records_per_second") * 16413 / 65160 * 0.8);
}

TEST(SendBuffer, stops_to_grow_where_the_kernel_grants_no_more) {
  Scenario s = ideal_scenario();
  s.workload.send_buffer_auto = true;
  s.workload.send_buffer_max_bytes = 2097152;
  s.kernel.network.maxsockbuf_bytes = q(45000);  // of which mbufs of 256 bytes with 2048 each leave 8/9: 40000
  s.kernel.network.sendbuf_inc_bytes = q(3000);
  with_socket(s, [](Kernel& k, Socket& so, SentBursts&) {
    SendBuffer& sb = so.so_snd;
    sb.sb_hiwat = 36000;
    sb.sb_ccc = 35999;
    so.snd_wnd_edge = 1 << 30;
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 39000);
    sb.sb_ccc = 38999;
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 40000);
  });
}

TEST(SendBuffer, grows_by_8_kib_while_it_is_nearly_full) {
  Scenario s = ideal_scenario();
  s.workload.send_buffer_auto = true;
  s.workload.send_buffer_max_bytes = 2097152;
  with_socket(s, [](Kernel& k, Socket& so, SentBursts&) {
    SendBuffer& sb = so.so_snd;
    sb.sb_hiwat = 32768;
    sb.sb_ccc = 28671;  // one byte less than seven eighths
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 32768);
    sb.sb_ccc = 28672;
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 32768 + 8192);
    sb.sb_ccc = 40960;
    so.snd_wnd_edge = 32000;  // the peer would not take more
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 40960);
    so.snd_wnd_edge = 1 << 30;
    sb.sb_ccc = sb.sb_hiwat = 2097152 - 100;
    sbautosize(k, so);
    EXPECT_EQ(sb.sb_hiwat, 2097152);
    sb.sb_ccc = 0;
  });
}

// Two lanes: what is offered to connections that are gone costs the card nothing.
Scenario overloaded() {
  Scenario s = ideal_qat();
  s.driver.qat.banks = q(1);
  s.driver.qat.in_flight_per_bank = q(8);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(10000);
  s.workload.kind = WorkloadKind::poisson;
  s.workload.sessions = 100;
  s.workload.records_per_second = 300000;  // three times what the card does
  s.measure.warmup_ms = 100;
  s.measure.duration_ms = 500;
  return s;
}

TEST(Dropped, connections_offer_nothing_and_the_card_works_for_the_living) {
  const RunResult result = simulate(overloaded(), EngineKind::fiber, 0);
  const double live = metric(result, "live_connections");
  EXPECT_GT(live, 0);
  EXPECT_LT(live, 40);
  // 100 000 records a second of 131 072 bits are the card's capacity.
  EXPECT_NEAR(metric(result, "device_utilization"), metric(result, "records_per_second") / 100000, 0.02);
  EXPECT_NEAR(metric(result, "lost_arrivals") / (0.5 * 300000), 1 - live / 100, 0.06);
  EXPECT_EQ(counter(result, "ktlssim.so_error_eio"), 100 - static_cast<std::int64_t>(live));
}

TEST(Dropped, connections_are_opened_again_if_the_workload_says_so) {
  Scenario s = overloaded();
  s.workload.reconnect_us = 1000;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_GT(metric(result, "live_connections"), 40);
  EXPECT_GT(metric(result, "aborted_connections"), 100);
}

TEST(Dropped, records_of_a_closed_workload_go_on_with_another_connection) {
  Scenario s = overloaded();
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 4;
  s.workload.records_in_flight = 2;
  s.faults.every_nth = 5000;
  s.faults.to_ms = 120;
  s.measure.duration_ms = 100;  // some 20 000 requests until the end, two of which fail
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(result, "live_connections"), 2);
  EXPECT_NEAR(metric(result, "records_per_second"), 100000, 100);  // all eight still circulate
}

TEST(Dropped, a_write_sees_epipe_and_a_knote_the_end_of_file) {
  for (const AppIo io : {AppIo::kevent, AppIo::blocking}) {
    Scenario s = ideal_qat();
    s.workload.kind = WorkloadKind::send;
    s.workload.io = io;
    s.workload.sessions = 4;
    s.faults.every_nth = 100;
    s.faults.to_ms = 25;
    s.measure.warmup_ms = 0;
    s.measure.duration_ms = 50;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_EQ(counter(result, "ktlssim.so_error_eio"), 4);
    EXPECT_EQ(counter(result, "ktlssim.epipe_writes"), 4);
    if (io == AppIo::kevent)
      EXPECT_LE(counter(result, "ktlssim.eof_kevents"), 4);
    else
      EXPECT_EQ(counter(result, "ktlssim.eof_kevents"), 0);
  }
}

TEST(Qat, re_arms_before_it_drains_so_that_the_timer_runs_beside_the_service) {
  Scenario s = ideal_qat();
  s.driver.qat.coalescing_ns = q(10000);
  s.driver.qat.estat_read_ns = q(1000);
  s.driver.device.response_ns = q(30000);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.records_in_flight = 1;
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // A record is 1 us of status and 30 of service, during which the timer goes off: the handler reads the status once
  // more and starts the timer. Only then does the one CPU encrypt the next record, which the timer tells 10 us later.
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / (1 + 30 + 1 + 10), 20);
  EXPECT_NEAR(metric(result, "interrupts_per_second"), 2e6 / 42, 50);
}

}  // namespace
}  // namespace ktlssim
