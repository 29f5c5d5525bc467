#include "sim/machine/time_series.hpp"

#include <gtest/gtest.h>

#include "sim/machine/simulate.hpp"
#include "sim/measure/busy_steps.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// From 100 to 210 in steps of 36, 36 and what is left.
TEST(BusySteps, split_what_crosses_them_and_cut_what_is_outside) {
  BusySteps steps(Time{100}, Time{210}, 3);
  steps.add(Time{0}, Time{50});
  steps.add(Time{90}, Time{110});   // 10 in the first
  steps.add(Time{130}, Time{180});  // 6, 36, 8
  steps.add(Time{205}, Time{300});  // 5 in the last
  steps.add(Time{300}, Time{400});
  EXPECT_EQ(steps.ns(0), 16);
  EXPECT_EQ(steps.ns(1), 36);
  EXPECT_EQ(steps.ns(2), 13);
  steps.add(Time{135}, Time{137});  // another device, busy earlier
  EXPECT_EQ(steps.ns(0), 17);
  EXPECT_EQ(steps.ns(1), 37);
  EXPECT_EQ(steps.end(0), Time{136});
  EXPECT_EQ(steps.end(2), Time{210});
}

TEST(TimeSeries, has_the_means_of_the_run) {
  Scenario s = ideal_ccr();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  s.measure.warmup_ms = 0.3;
  s.measure.duration_ms = 2;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  ASSERT_EQ(result.status, RunStatus::done) << result.diagnosis;
  ASSERT_EQ(result.series.size(), 100U);
  SeriesStep mean{};
  for (const SeriesStep& step : result.series) {
    mean.throughput_gbps += step.throughput_gbps / 100;
    mean.cpu_percent += step.cpu_percent / 100;
    mean.in_flight_mean += step.in_flight_mean / 100;
    mean.device_utilization += step.device_utilization / 100;
    EXPECT_LE(step.device_utilization, 1 + 1e-12);
    EXPECT_LE(step.cpu_percent, 100 + 1e-9);
  }
  EXPECT_EQ(result.series.back().end_us, 2000);
  EXPECT_GT(mean.device_utilization, 0);
  EXPECT_NEAR(mean.throughput_gbps, metric(result, "throughput_gbps"), 1e-9);
  EXPECT_NEAR(mean.cpu_percent, metric(result, "cpu_percent"), 1e-9);
  EXPECT_NEAR(mean.in_flight_mean, metric(result, "in_flight_mean"), 1e-6);
  EXPECT_NEAR(mean.device_utilization, metric(result, "device_utilization"), 1e-9);
}

// A measured time that the steps do not divide, and one that is shorter than they are many.
TEST(TimeSeries, ends_with_the_measured_time) {
  for (const double ms : {0.033333, 0.00005}) {
    Scenario s = ideal_ccr();
    s.measure.warmup_ms = 0.1;
    s.measure.duration_ms = ms;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    ASSERT_FALSE(result.series.empty()) << result.diagnosis;
    EXPECT_NEAR(result.series.back().end_us, ms * 1e3, 1e-9);
  }
}

}  // namespace
}  // namespace ktlssim
