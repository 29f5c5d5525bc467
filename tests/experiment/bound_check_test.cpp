// Runs against their own demands, and intervals against the bound from the profiles.
#include "sim/experiment/result/bound_check.hpp"

#include <gtest/gtest.h>

#include "sim/kernel/kernel.hpp"
#include "sim/machine/conservation.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// 250 000 records/s x 3 us = 0.75 of one server, or 0.375 of two.
RunResult run_with(double servers, double utilization) {
  RunResult result;
  result.metrics = {{"records_per_second", "1/s", 250000}};
  result.resources = {{.name = "engines",
                       .kind = "device",
                       .servers = servers,
                       .demand_us = 3,
                       .utilization = utilization,
                       .what_it_means = ""}};
  return result;
}

TEST(RunBounds, records_times_demand_is_the_time_that_servers_were_busy) {
  EXPECT_NO_THROW(check_bounds(run_with(1, 0.75), from_ms(100)));
  EXPECT_NO_THROW(check_bounds(run_with(2, 0.375), from_ms(100)));
  EXPECT_THROW(check_bounds(run_with(1, 0.74), from_ms(100)), ModelError);
  EXPECT_THROW(check_bounds(run_with(2, 0.75), from_ms(100)), ModelError);
}

TEST(RunBounds, no_station_works_more_than_its_servers_can) {
  RunResult result = run_with(0.5, 1.5);
  EXPECT_THROW(check_bounds(result, from_ms(100)), ModelError);
}

// Workers on a device of 2.6 us, which is the limit: 16384 x 8 / 2600 ns = 50.41 Gbit/s. 8 x 2 records of
// 131072 bits can be under way: in 10 ms 0.21 Gbit/s.
Scenario saturated_device() {
  Scenario s = ideal_ccr();
  s.host.cpus = q(8);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 8;
  s.workload.records_in_flight = 2;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2600);
  s.measure.duration_ms = 10;
  return s;
}

BoundCheck check(double mean, double half_width) {
  Summary summary;
  summary.done = 3;
  summary.metrics = {{"throughput_gbps", "Gbit/s", mean, mean - half_width, mean + half_width, 3,
                      half_width > 0 ? Spread::interval : Spread::single}};
  return check_against_bound(saturated_device(), summary).value();
}

TEST(BoundCheck, the_interval_is_compared_with_the_bound_and_work_at_the_edges_allowed_for) {
  EXPECT_EQ(check(49, 1).reach, BoundReach::below);
  EXPECT_EQ(check(49, 2).reach, BoundReach::reached);
  EXPECT_EQ(check(50.6, 0.1).reach, BoundReach::at_edges);
  EXPECT_EQ(check(51, 0.1).reach, BoundReach::above);
  EXPECT_EQ(check(51, 1).reach, BoundReach::reached);
  EXPECT_EQ(check(51, 0).reach, BoundReach::above);
  EXPECT_NEAR(check(49, 1).bound_gbps, 131072 / 2600.0, 1e-9);
  EXPECT_NEAR(check(49, 1).edges_gbps, 16 * 131072 / 10e6, 1e-9);
  EXPECT_EQ(check(49, 1).limited_by, "ccr engines");
}

TEST(BoundCheck, says_nothing_where_nothing_was_simulated) {
  EXPECT_FALSE(check_against_bound(saturated_device(), Summary{}));
}

}  // namespace
}  // namespace ktlssim
