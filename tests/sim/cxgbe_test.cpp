// The receive queues of cxgbe: in what order LRO hands acknowledgements and completions of crypto on.
#include "sim/drivers/cxgbe.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sim/kernel/kernel.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

using Bytes = std::vector<std::int64_t>;

// What has been acknowledged of `so` when each completion of crypto is handled, which takes `ns`.
class Completions final : public CcrCompletions {
 public:
  Completions(Kernel& kernel, const Socket& so, std::int64_t ns) : kernel_(kernel), so_(so), ns_(ns) {}
  void do_cpl6_fw_pld(Cryptop&) override {
    kernel_.charge(Function::driver_response, Time{ns_});
    acknowledged.push_back(so_.snd_una);
  }

  Bytes acknowledged;

 private:
  Kernel& kernel_;
  const Socket& so_;
  std::int64_t ns_;
};

class LroTest : public testing::Test {
 protected:
  LroTest() {
    scenario_.network.rx_queues = 1;
    scenario_.network.lro_timeout_us = 10;
    scenario_.host.tcp.tcp_input_ack_ns = q(700);
    scenario_.host.tcp.lro_ack_ns = q(40);
  }

  // Entries that one interrupt finds: an acknowledgement up to so many bytes, 0: a completion.
  void run(const Bytes& entries) {
    with_kernel(scenario_, EngineKind::fiber, [&](Kernel& k) {
      Cxgbe nic(k, 0, 1);
      Socket so;
      so.snd_nxt = so.so_snd.sb_ccc = so.so_snd.sb_acc = 100000;
      so.snd_wnd_edge = 1 << 20;
      Completions completions(k, so, 1000);
      nic.set_ccr(&completions);
      Cryptop crp;
      for (const std::int64_t ack : entries)
        if (ack > 0)
          nic.receive_ack(so, ack, 0);
        else
          nic.receive_fw6_pld(0, crp);
      k.executive.run_until(Time{1'000'000});
      acknowledged_ = completions.acknowledged;
      at_the_end_ = so.snd_una;
      for (const auto& thread : k.sched.threads())
        tcp_input_ns_ += thread->busy_ns[static_cast<std::size_t>(Function::tcp_input)];
    });
  }

  Scenario scenario_ = ideal_scenario();
  Bytes acknowledged_;
  std::int64_t at_the_end_ = 0;
  std::int64_t tcp_input_ns_ = 0;
};

TEST_F(LroTest, acknowledgements_are_handled_after_the_completions_of_their_batch) {
  scenario_.network.lro = true;
  run({1000, 0, 2000, 0});
  EXPECT_EQ(acknowledged_, Bytes({0, 0}));
  EXPECT_EQ(at_the_end_, 2000);
  EXPECT_EQ(tcp_input_ns_, 40 + 700);  // the second joins the first
}

TEST_F(LroTest, without_it_they_are_handled_in_order) {
  scenario_.network.lro = false;
  run({1000, 0, 2000, 0});
  EXPECT_EQ(acknowledged_, Bytes({1000, 2000}));
  EXPECT_EQ(tcp_input_ns_, 2 * 700);
}

TEST_F(LroTest, one_that_nothing_has_joined_for_long_is_handled_at_the_64th_entry) {
  scenario_.network.lro = true;
  Bytes entries(71, 0);
  entries.front() = 1000;
  run(entries);
  // The 64 entries begin with the acknowledgement itself: 63 completions, of a microsecond each, come before it.
  Bytes expected(63, 0);
  expected.resize(70, 1000);
  EXPECT_EQ(acknowledged_, expected);
}

}  // namespace
}  // namespace ktlssim
