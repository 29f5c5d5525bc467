// Clocks of a PCIe link, by hand, and what a card and its ports do to each other over it.
#include "sim/drivers/pcie_link.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "models/bounds.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

using Flow = PcieLink::Flow;

// A link of 8 Gbps, a byte a nanosecond.
class PcieLinkTest : public testing::Test {
 protected:
  struct Read {
    std::int64_t at_ns;
    Flow flow;
    std::int64_t bytes;
  };

  // When each read ends, in the order in which they do, and its number.
  std::vector<std::pair<std::int64_t, std::uint64_t>> ends(std::vector<Read> reads) {
    reads_ = std::move(reads);
    with_kernel(ideal_scenario(), EngineKind::fiber, [&](Kernel& k) {
      kernel_ = &k;
      PcieLink link(k, "link", 8);
      link_ = &link;
      for (std::size_t i = 0; i < reads_.size(); ++i)
        k.calendar().call_at<&PcieLinkTest::begin>(Time{reads_[i].at_ns}, Rank::hardware, this, i);
      k.executive.run_until(Time{100000});
      k.executive.stop();
    });
    return std::exchange(ends_, {});
  }

 private:
  void begin(std::uint64_t i) { link_->read<&PcieLinkTest::end>(reads_[i].flow, reads_[i].bytes, this, i); }
  void end(std::uint64_t i) { ends_.emplace_back(kernel_->now().count(), i); }

  std::vector<Read> reads_;
  std::vector<std::pair<std::int64_t, std::uint64_t>> ends_;
  Kernel* kernel_ = nullptr;
  PcieLink* link_ = nullptr;
};

using Ends = std::vector<std::pair<std::int64_t, std::uint64_t>>;

TEST_F(PcieLinkTest, a_flow_alone_has_the_whole_link_first_come_first_served) {
  EXPECT_EQ(ends({{0, Flow::requests, 1000}, {200, Flow::requests, 300}}), Ends({{1000, 0}, {1300, 1}}));
}

TEST_F(PcieLinkTest, two_flows_share_it_evenly) {
  // 500 of the request have come at 500; the other 500 take twice as long, and 500 of the packets come with
  // them; the rest is alone.
  EXPECT_EQ(ends({{0, Flow::requests, 1000}, {500, Flow::packets, 1000}}), Ends({{1500, 0}, {2000, 1}}));
}

TEST_F(PcieLinkTest, what_ends_together_ends_in_the_order_of_flows) {
  EXPECT_EQ(ends({{100, Flow::packets, 400}, {100, Flow::requests, 400}}), Ends({{900, 1}, {900, 0}}));
}

Scenario closed_ccr(double request_ns, double pcie_gbps) {
  Scenario s = ideal_ccr();
  s.workload.kind = WorkloadKind::closed;
  s.workload.records_in_flight = 8;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(request_ns);
  s.driver.device.pcie_gbps = q(pcie_gbps);
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

TEST(DeviceBehindALink, is_as_fast_as_the_slower_of_the_two) {
  // 16384 bytes at 65.536 Gbps take 2 us: read ahead while the engine works for 3, or waited for by it.
  const RunResult engine = simulate(closed_ccr(3000, 65.536), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(engine, "records_per_second"), 1e6 / 3, 100);
  EXPECT_NEAR(utilization(engine, "t6nex0 PCIe link"), 2 / 3.0, 1e-3);
  const RunResult link = simulate(closed_ccr(1000, 65.536), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(link, "records_per_second"), 1e6 / 2, 100);
  EXPECT_NEAR(utilization(link, "ccr engines"), 0.5, 1e-3);
}

TEST(DeviceBehindALink, may_be_dead) {
  Scenario s = closed_ccr(1000, 65.536);
  s.faults.device_dead_from_ms = 0.5;
  EXPECT_EQ(simulate(s, EngineKind::fiber, 0).status, RunStatus::stalled);
}

TEST(DeviceBehindALink, frees_its_ring_as_it_takes_requests_up) {
  Scenario s = closed_ccr(1000, 65.536);
  s.driver.ccr.ring_descriptors = q(128);
  s.driver.ccr.descriptors_per_request = q(32);
  s.workload.sessions = 4;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / 2, 100);
  EXPECT_GT(counter(result, "dev.ccr.0.stats.port.0.wr_list_max"), 0);
}

TEST(DeviceBehindALink, shares_it_with_what_its_port_sends) {
  Scenario s = closed_ccr(1000, 65.536);
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 16;
  s.measure.warmup_ms = 5;
  const RunResult shared = simulate(s, EngineKind::fiber, 0);
  // Each record is read twice, 16384 bytes plain and 16413 on the wire.
  EXPECT_NEAR(metric(shared, "throughput_gbps"), 65.536 * 16384 / (16384 + 16413), 0.3);
  EXPECT_NEAR(asymptotic_bounds(demands_of(s)).throughput_gbps, 65.536 * 16384 / (16384 + 16413), 1e-9);
  s.network.kind = NetworkKind::loopback;
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"), 65.536, 0.3);
}

TEST(DeviceBehindALink, of_qat_has_it_for_itself) {
  Scenario s = ideal_qat();
  s.workload.sessions = 16;
  s.driver.device.pcie_gbps = q(65.536);
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 10;
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"), 65.536, 0.3);
}

}  // namespace
}  // namespace ktlssim
