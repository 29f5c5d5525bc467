// NIC TLS: what the NIC reads for a packet that is sent again.
#include <gtest/gtest.h>

#include "sim/kernel/tcp.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"
#include "sim/network/nic.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// A record of 16 413 bytes is on its way, and its second packet is lost. When that packet, sent again, is at the
// peer.
Time at_peer_again(KtlsMode mode) {
  Scenario s = ideal_scenario();
  s.ktls.mode = mode;
  s.network.rate_gbps = 100;
  s.network.rtt_us = 0;
  s.network.loss_probability = 1e-9;
  Time arrived = kNever;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    Cxgbe queues(k, 0, 1);
    queues.read_over(10);
    Nic nic(k, queues);
    k.network = &nic;
    Tcp tcp(k);
    Socket& so = k.sockets.emplace_back();
    so.proto = &tcp;
    so.tls.mode = mode;
    nic.attach(so);
    so.tp->snd_cwnd = 100000;
    Mbuf& record = k.mbufs.get();
    record.wire_bytes = 16413;
    sbappendstream(so, record);
    record.not_ready = false;
    so.so_snd.sb_acc = so.snd_nxt = so.tp->snd_max = 16413;
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      for (int i = 0; i < 3; ++i) tcp_input_ack(k, so, 0, 1 << 20, 1448);
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{1});
    ASSERT_EQ(so.tp->to_peer.size(), 1U);
    for (std::int64_t ns = 2; ns < 20000 && !so.tp->to_peer.empty(); ++ns) {
      k.executive.run_until(Time{ns});
      arrived = Time{ns};
    }
  });
  return arrived;
}

TEST(NicTls, reads_the_whole_record_over_pcie_for_a_packet_that_is_sent_again) {
  // 1448 bytes take 1158.4 ns of a PCIe link of 10 Gbit/s, 16 413 bytes 13 130.4; on the wire 1538 bytes take 124.
  EXPECT_NEAR(static_cast<double>(at_peer_again(KtlsMode::software).count()), 1159 + 124, 2);
  EXPECT_NEAR(static_cast<double>(at_peer_again(KtlsMode::ifnet).count()), 13131 + 124, 2);
}

}  // namespace
}  // namespace ktlssim
