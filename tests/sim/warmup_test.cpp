#include "sim/machine/warmup.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// `batches` of five equal observations.
std::vector<double> fives(const std::vector<double>& batches) {
  std::vector<double> all;
  for (const double batch : batches) all.insert(all.end(), 5, batch);
  return all;
}

TEST(Mser5, deletes_what_is_not_like_the_rest) {
  EXPECT_EQ(mser5(fives({0, 4, 10, 10, 10, 10, 10, 10, 10, 10})), 10);
  EXPECT_EQ(mser5(fives({10, 10, 10, 10, 10, 10})), 0);
}

TEST(Mser5, takes_no_notice_of_rounding) {
  std::vector<double> observations = fives({0.3, 0.5, 0.7});
  for (int i = 0; i < 50; ++i) observations.insert(observations.end(), 5, i % 3 == 0 ? 0.1 + 0.2 : 0.3);
  EXPECT_EQ(mser5(observations), 15);
}

// Squares about the mean over the square of the number of batches, by hand: all six of 6, 12, 10, 12, 10, 12
// have mean 62/6 and 22.67/36 = 0.63... ; without the first, mean 11.2 and 4.8/25 = 0.192.
TEST(Mser5, takes_the_smallest_standard_error) {
  EXPECT_EQ(mser5(fives({6, 12, 10, 12, 10, 12})), 5);
  // Mean 11 and 6/36 = 0.167 with all six: deleting the first, 4.8/25 = 0.192, is worse.
  EXPECT_EQ(mser5(fives({10, 12, 10, 12, 10, 12})), 0);
}

TEST(Mser5, a_series_that_settles_in_its_second_half_is_too_short) {
  EXPECT_EQ(mser5(fives({0, 1, 2, 3, 4, 5, 6, 10, 10, 10, 10, 10})), std::nullopt);
  EXPECT_EQ(mser5(fives({3})), std::nullopt);
  EXPECT_EQ(mser5({}), std::nullopt);
}

TEST(Mser5, a_rest_of_less_than_a_batch_counts_for_nothing) {
  std::vector<double> observations = fives({0, 10, 10, 10, 10, 10, 10});
  observations.insert(observations.end(), 4, 1e9);
  EXPECT_EQ(mser5(observations), 5);
}

// Four workers, a session each, that start one after the other within `spread_us`; then every one has a
// record of 16384 bytes a microsecond.
RunResult slow_start(double spread_us) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 4;
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.records_in_flight = 1;
  s.workload.start_spread_us = spread_us;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  s.measure.warmup = Warmup::automatic;
  s.measure.duration_ms = 10;
  return simulate(s, EngineKind::fiber, 0);
}

TEST(Warmup, ends_when_the_throughput_has_settled) {
  const RunResult result = slow_start(3000);
  EXPECT_GT(metric(result, "warmup_ms"), 1);
  EXPECT_LE(metric(result, "warmup_ms"), 3.1);
  EXPECT_NEAR(metric(result, "throughput_gbps"), 4 * 131.072, 0.1);
  EXPECT_LE(metric(slow_start(0), "warmup_ms"), 0.1);  // the first records
}

TEST(Warmup, a_run_that_settles_too_late_is_too_short) {
  const RunResult result = slow_start(9500);
  EXPECT_EQ(result.status, RunStatus::too_short);
  EXPECT_NE(result.diagnosis.find("/measure/duration_ms"), std::string::npos) << result.diagnosis;
}

}  // namespace
}  // namespace ktlssim
