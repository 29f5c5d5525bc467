#include "sim/experiment/summary.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace ktlssim {
namespace {

RunResult run_with(double throughput) {
  RunResult result;
  result.random = true;
  result.metrics = {{"throughput_gbps", "Gbit/s", throughput}};
  return result;
}

TEST(Estimate, has_students_interval) {
  // Mean 4, sample variance (4 + 0 + 4) / 2 = 4, standard error 2 / sqrt(3); t(0.975, 2 degrees) = 4.30265.
  const std::array<double, 3> values{2, 4, 6};
  const Estimate e = estimate("x", "", values, true);
  EXPECT_EQ(e.spread, Spread::interval);
  EXPECT_EQ(e.n, 3u);
  EXPECT_DOUBLE_EQ(e.mean, 4);
  EXPECT_NEAR(e.hi - e.mean, 4.30265 * 2 / std::sqrt(3.0), 1e-4);
  EXPECT_NEAR(e.mean - e.lo, e.hi - e.mean, 1e-12);
}

TEST(Estimate, uses_the_degrees_of_freedom_of_the_sample) {
  // Two values: half the difference is the standard error, t(0.975, 1 degree) = 12.7062.
  const std::array<double, 2> values{10, 12};
  EXPECT_NEAR(estimate("x", "", values, true).hi, 11 + 12.7062, 1e-4);
}

TEST(Estimate, of_a_single_random_run_claims_no_interval) {
  const std::array<double, 1> values{7};
  const Estimate e = estimate("x", "", values, true);
  EXPECT_EQ(e.spread, Spread::single);
  EXPECT_EQ(e.mean, 7);
}

TEST(Estimate, is_deterministic_where_nothing_is_random) {
  const std::array<double, 3> values{0.1, 0.1, 0.1};
  const Estimate e = estimate("x", "", values, false);
  EXPECT_EQ(e.spread, Spread::deterministic);
  EXPECT_EQ(e.mean, 0.1);
}

TEST(Summary, leaves_out_runs_that_are_not_done) {
  std::array<RunResult, 4> runs{run_with(10), run_with(1000), run_with(14), run_with(5000)};
  runs[1].status = RunStatus::failed;
  runs[3].status = RunStatus::stalled;
  const Summary summary = summarize(runs);
  EXPECT_EQ(summary.done, 2u);
  EXPECT_DOUBLE_EQ(summary.metric("throughput_gbps")->mean, 12);
  EXPECT_EQ(summary.metric("throughput_gbps")->n, 2u);
  EXPECT_EQ(summary.metric("other"), nullptr);
}

TEST(Summary, of_failures_only_is_empty) {
  std::array<RunResult, 1> runs{run_with(10)};
  runs[0].status = RunStatus::failed;
  const Summary summary = summarize(runs);
  EXPECT_EQ(summary.done, 0u);
  EXPECT_TRUE(summary.metrics.empty());
  EXPECT_EQ(summary.bottleneck(), nullptr);
}

TEST(Summary, counts_what_is_absent_from_a_run_as_zero) {
  std::array<RunResult, 2> runs{run_with(1), run_with(1)};
  runs[0].counters = {{"a", 3}, {"b", 4}};
  runs[1].counters = {{"a", 4}};
  runs[0].cpu = {{"KTLS/thr_0", "ktls", "ktls_encrypt", 100}};
  const Summary summary = summarize(runs);
  ASSERT_EQ(summary.counters.size(), 2u);
  EXPECT_EQ(summary.counters[0].second, 3.5);
  EXPECT_EQ(summary.counters[1].second, 2);
  ASSERT_EQ(summary.cpu.size(), 1u);
  EXPECT_EQ(summary.cpu[0].busy_ns, 50);
}

TEST(Summary, the_bottleneck_is_the_resource_used_most) {
  std::array<RunResult, 2> runs{run_with(1), run_with(1)};
  runs[0].resources = {{"workers", "cpu", 4, 2, 0.8, ""}, {"engines", "device", 2, 4, 0.7, "buy another"}};
  runs[1].resources = {{"workers", "cpu", 4, 4, 0.6, ""}, {"engines", "device", 2, 6, 0.9, "buy another"}};
  const Summary summary = summarize(runs);
  EXPECT_EQ(summary.bottleneck()->name, "engines");
  EXPECT_DOUBLE_EQ(summary.bottleneck()->utilization, 0.8);
  EXPECT_DOUBLE_EQ(summary.bottleneck()->demand_us, 5);
}

}  // namespace
}  // namespace ktlssim
