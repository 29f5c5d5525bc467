// The window that a scenario leaves open grows until its means may be believed.
#include "sim/experiment/run/window.hpp"

#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

RunResult in_this_process(const Scenario& scenario) { return simulate(scenario, EngineKind::fiber, 0); }

// Four workers, a session each, that start one after the other within `spread_ms`; then every one has a record of 16384
// bytes in 20 us: 4 x 6.5536 Gbit/s.
Scenario slow_start(double spread_ms) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 4;
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.records_in_flight = 1;
  s.workload.start_spread_us = spread_ms * 1000;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(20000);
  s.measure.warmup = Warmup::automatic;
  s.measure.duration_ms = 0;
  return s;
}

TEST(Window, leaves_out_a_tenth_where_nothing_starts_slowly) {
  const FoundWindow window = find_window(slow_start(1), in_this_process);
  EXPECT_TRUE(window.believed);
  EXPECT_EQ(window.warmup_ms, 20);
  EXPECT_EQ(window.duration_ms, 180);
  EXPECT_EQ(window.simulated_ms, 200);
}

TEST(Window, grows_until_a_slow_start_is_in_its_first_half) {
  const Scenario scenario = slow_start(300);
  const FoundWindow window = find_window(scenario, in_this_process);
  EXPECT_TRUE(window.believed) << window.why;
  // The last of four starts within the last 300 ms, at a time that the seed decides: between 75 and 300 ms.
  EXPECT_GE(window.warmup_ms, 75);
  EXPECT_LE(window.warmup_ms, window.simulated_ms / 2);
  EXPECT_GT(window.simulated_ms, 200);
  const RunResult run = simulate_in_window(scenario, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(run, "throughput_gbps"), 4 * 6.5536, 0.01);
  EXPECT_EQ(metric(run, "warmup_ms"), window.warmup_ms);
  EXPECT_EQ(metric(run, "measured_ms"), window.duration_ms);
  EXPECT_EQ(as_measured(scenario, run).measure.duration_ms, window.duration_ms);
}

TEST(Window, of_an_overloaded_queue_is_given_up_soon_and_says_why) {
  // 60 000 records a second for a worker that has 50 000.
  Scenario s = slow_start(0);
  s.workload.kind = WorkloadKind::poisson;
  s.workload.sessions = 1;
  s.workload.records_per_second = 60000;
  const FoundWindow window = find_window(s, in_this_process);
  EXPECT_FALSE(window.believed);
  EXPECT_NE(window.why.find("more is offered than served"), std::string::npos) << window.why;
  EXPECT_EQ(window.simulated_ms, 200 + 400 + 800);
}

TEST(Window, of_a_scenario_that_has_one_is_that) {
  Scenario s = slow_start(1);
  s.measure.warmup = Warmup::fixed;
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 3;
  EXPECT_FALSE(window_is_open(s));
  EXPECT_EQ(simulate_in_window(s, EngineKind::fiber, 0).metric("measured_ms"), nullptr);
}

}  // namespace
}  // namespace ktlssim
