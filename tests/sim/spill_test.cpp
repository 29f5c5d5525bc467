// What-if: records that go to the CPU while the card is busy, and back.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// A worker on one CPU and five records in circulation, over a card that takes 3 us a record; the CPU takes 10 us. No
// other cost.
Scenario card_and_cpu() {
  Scenario s = ideal_ccr();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
  DriverProfile software = ideal_scenario().driver;
  software.name = "software";
  for (AlgorithmCost& cost : software.ciphers) cost.request_ns = q(10000);
  s.other_drivers = {software};
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.records_in_flight = 5;
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

TEST(Spill, without_a_bound_all_records_are_the_cards) {
  const RunResult result = simulate(card_and_cpu(), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e9 / 3000, 100);
  EXPECT_EQ(counter(result, "ktlssim.spilled_records"), 0);
}

// The card gets two; the worker does the third itself, for 10 us, in which the card runs dry; and so on: three records
// in 10 us, of which the CPU does one.
void expect_three_in_ten_us(const Scenario& s) {
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 300e3, 300);
  EXPECT_NEAR(static_cast<double>(counter(result, "ktlssim.spilled_records")), 1100, 2);  // in 11 ms
  EXPECT_EQ(counter(result, "dev.ccr.0.stats.inflight"), 0);
  EXPECT_NEAR(metric(result, "cpu_percent"), 100, 0.1);
}

TEST(Spill, goes_by_the_records_that_the_card_has) {
  Scenario s = card_and_cpu();
  s.what_if.spill_records = 2;
  expect_three_in_ten_us(s);
}

TEST(Spill, goes_by_the_time_that_its_engines_need_for_them) {
  Scenario s = card_and_cpu();
  s.what_if.spill_wait_us = 6;
  expect_three_in_ten_us(s);
  s.driver.device.engines = q(2);  // two records are 3 us then, and with four it is 6: all but the fifth are the card's
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 500e3, 500);
}

TEST(Spill, goes_back_only_when_the_card_is_below_the_part_that_is_asked_for) {
  Scenario s = card_and_cpu();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(8000);
  s.what_if.spill_records = 2;
  // After 10 us the card still has its second record: below the bound, so that it gets one more. Two of its records
  // take 16 us in which the CPU does 1.6: 225 000 a second in all.
  const RunResult at_once = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(at_once, "records_per_second"), 1e9 / 8000 + 1e9 / 10000, 2000);
  // Back when it is empty: two records of the card, and two of the CPU, in the 20 us that these take.
  s.what_if.spill_back = 0.5;
  const RunResult when_empty = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(when_empty, "records_per_second"), 200e3, 500);
}

TEST(Spill, of_blocking_dispatch_keeps_references_and_engines_in_step) {
  for (const Dispatch dispatch : {Dispatch::driver, Dispatch::blocking}) {
    Scenario s = card_and_cpu();
    s.ktls.dispatch = dispatch;
    s.host.cpus = q(4);
    s.workload.kind = WorkloadKind::sendfile;
    s.workload.sessions = 8;
    s.workload.reconnect_us = 50;
    s.faults.probability = 0.01;
    s.what_if.spill_records = 1;
    const RunResult fiber = simulate(s, EngineKind::fiber, 0);
    EXPECT_GT(counter(fiber, "ktlssim.spilled_records"), 0);
    EXPECT_GT(metric(fiber, "aborted_connections"), 0);
    in_child([&] { EXPECT_EQ(simulate(s, EngineKind::simgrid, 0).fingerprint, fiber.fingerprint); });
  }
}

}  // namespace
}  // namespace ktlssim
