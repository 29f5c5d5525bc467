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
  EXPECT_NEAR(check(49, 1).bound_gbps, 131072 / 2600.0, 1e-9);
  EXPECT_NEAR(check(49, 1).edges_gbps, 16 * 131072 / 10e6, 1e-9);
  EXPECT_EQ(check(49, 1).limited_by, "ccr engines");
}

// 50.41 Gbit/s x 10 ms / 131072 bits = 3846 records, of which 5 x sqrt(3846) = 310.1 are 4.065 Gbit/s.
TEST(BoundCheck, a_single_run_has_no_interval_and_may_exceed_the_bound_by_chance) {
  EXPECT_EQ(check(51, 0).reach, BoundReach::at_edges);
  EXPECT_NEAR(check(51, 0).chance_gbps, 4.065, 0.001);
  EXPECT_EQ(check(51, 1).chance_gbps, 0);
  EXPECT_EQ(check(50.42 + 0.21 + 4.0, 0).reach, BoundReach::at_edges);
  EXPECT_EQ(check(50.42 + 0.21 + 4.1, 0).reach, BoundReach::above);
}

// Two sessions, 64 KiB of send buffer and 1 MiB of receive buffer each: 2 x 1 114 112 bytes in 1 ms are 17.825792 Gbit/s. Of a
// rate that is offered in requests of 125 000 bytes, 2 more: 2 Gbit/s.
TEST(BoundCheck, what_receive_buffers_hold_and_whole_requests_are_at_the_edges) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(8);
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 2;
  s.workload.send_buffer_bytes = 65536;
  s.workload.write_bytes = 125000;
  s.network.kind = NetworkKind::loopback;
  s.network.receive_buffer_bytes = 1 << 20;
  s.measure.duration_ms = 1;
  Summary summary;
  summary.done = 1;
  summary.metrics = {{"throughput_gbps", "Gbit/s", 1, 1, 1, 1, Spread::deterministic}};
  EXPECT_NEAR(check_against_bound(s, summary)->edges_gbps, 17.825792, 1e-9);
  s.workload.rate_gbps = 0.001;
  EXPECT_NEAR(check_against_bound(s, summary)->edges_gbps, 19.825792, 1e-9);
  EXPECT_EQ(check_against_bound(s, summary)->limited_by, "the rate that is offered");
  EXPECT_EQ(check_against_bound(s, summary)->reach, BoundReach::at_edges);
  s.network.kind = NetworkKind::nic;
  EXPECT_NEAR(check_against_bound(s, summary)->edges_gbps, 0.524288 * 2 + 2, 1e-9);
}

TEST(BoundCheck, says_nothing_where_nothing_was_simulated) {
  EXPECT_FALSE(check_against_bound(saturated_device(), Summary{}));
}

}  // namespace
}  // namespace ktlssim
