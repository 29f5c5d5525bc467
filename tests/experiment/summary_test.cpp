#include "sim/experiment/statistics/summary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/measure/latency_axis.hpp"
#include "sim/measure/latency_histogram.hpp"

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

LatencyCounts latencies_of(std::initializer_list<std::int64_t> values_ns) {
  LatencyHistogram histogram;
  for (const std::int64_t ns : values_ns) histogram.add(Time{ns});
  return histogram.counts();
}

// Replications of `records` records each, which take from 1 to `records` us, and the last of every second one 1000 us.
std::vector<RunResult> replications(std::size_t count, std::int64_t records) {
  std::vector<RunResult> results(count);
  for (std::size_t i = 0; i < count; ++i) {
    LatencyHistogram latency;
    for (std::int64_t record = 1; record <= records; ++record) latency.add(Time{record * 1000});
    if (i % 2 == 0) latency.add(Time{1'000'000});
    results[i].random = true;
    results[i].latency = latency.counts();
    for (const auto& [name, q] : kLatencyQuantiles)
      results[i].metrics.push_back({std::string(name), "us", latency.quantile_us(q)});
  }
  return results;
}

TEST(Summary, a_tail_has_no_interval_where_fewer_than_forty_records_lie_beyond_it) {
  // 10 replications of 1000 records: beyond p99 lie 100, which are five batches; beyond p99.9 ten, which are none.
  const Summary summary = summarize(replications(10, 1000));
  EXPECT_EQ(summary.metric("latency_ready_us_p50")->spread, Spread::interval);
  EXPECT_EQ(summary.metric("latency_ready_us_p99")->spread, Spread::interval);
  EXPECT_EQ(summary.metric("latency_ready_us_p99")->n, 10U);
  EXPECT_EQ(summary.metric("latency_ready_us_p999")->spread, Spread::single);
  EXPECT_GT(summary.metric("latency_ready_us_p999")->mean, 900);  // it has a value all the same
  // Four times as many records: forty beyond p99.9, two batches.
  EXPECT_EQ(summarize(replications(10, 4100)).metric("latency_ready_us_p999")->spread, Spread::interval);
}

// Ten replications of 10 000 records of 1000 us, and ten of 1100: the halves have those as their p99.9, all together 1100.
// t(0.975, 1) x sqrt((100^2 + 0^2) / 1 / 2) = 12.706 x 70.71 = 898.5. Of p99 every replication counts:
// t(0.975, 19) x sqrt(10 x 100^2 / 19 / 20) = 2.093 x 16.22 = 33.95. Bins are one per cent wide.
TEST(Summary, the_interval_of_what_is_beyond_p99_stands_on_two_halves) {
  std::vector<RunResult> results(20);
  for (std::size_t i = 0; i < results.size(); ++i) {
    LatencyHistogram latency;
    for (int record = 0; record < 10000; ++record) latency.add(Time{i < 10 ? 1'000'000 : 1'100'000});
    results[i].random = true;
    results[i].latency = latency.counts();
    for (const auto& [name, q] : kLatencyQuantiles)
      results[i].metrics.push_back({std::string(name), "us", latency.quantile_us(q)});
  }
  const Summary summary = summarize(results);
  const Estimate& p999 = *summary.metric("latency_ready_us_p999");
  EXPECT_NEAR(p999.mean, 1100, 12);
  EXPECT_NEAR(p999.hi - p999.mean, 898.5, 100);
  EXPECT_EQ(p999.n, 20U);
  const Estimate& p99 = *summary.metric("latency_ready_us_p99");
  EXPECT_NEAR(p99.hi - p99.mean, 33.95, 4);
}

TEST(LatencyHistogram, merges_and_has_quantiles_within_half_a_per_cent) {
  LatencyHistogram histogram;
  histogram.add(latencies_of({1000, 2000, 3000, 4000}));
  histogram.add(latencies_of({5000, 6000, 7000, 8000}));
  EXPECT_EQ(histogram.count(), 8U);
  EXPECT_NEAR(histogram.quantile_us(0.5), 4, 4 * 0.01);
  EXPECT_NEAR(histogram.quantile_us(0.99), 8, 8 * 0.01);
  const auto points = histogram.cumulative();
  ASSERT_EQ(points.size(), 8U);
  EXPECT_NEAR(points[1].first, 2, 2 * 0.01);
  EXPECT_EQ(points[1].second, 0.25);
  EXPECT_EQ(points.back().second, 1);
}

TEST(LatencyBins, are_those_of_the_axis_at_every_edge) {
  const LatencyAxis axis = latency_axis();
  const auto same = [&axis](std::int64_t ns) {
    EXPECT_EQ(kLatencyBins.index(Time{ns}), axis.index(static_cast<double>(ns))) << ns << " ns";
  };
  for (std::int64_t ns = 0; ns < 100'000; ++ns) same(ns);
  for (int bin = 0; bin < axis.size(); ++bin)
    for (int off = -2; off <= 2; ++off)
      same(std::max<std::int64_t>(0, std::llround(axis.bin(bin).upper()) + off));
  same(std::int64_t{1} << 40);
}

TEST(LatencyHistogram, without_records_has_no_quantile) {
  EXPECT_TRUE(std::isnan(LatencyHistogram().quantile_us(0.5)));
  EXPECT_TRUE(std::isnan(LatencyHistogram().mean_us()));
  EXPECT_TRUE(LatencyHistogram().cumulative().empty());
}

// Of 10 records one takes 100 us: the median of all is 2 us, while the mean of both medians is 51.
TEST(Summary, takes_quantiles_of_latency_from_all_records_together) {
  std::array<RunResult, 2> runs{run_with(10), run_with(10)};
  runs[0].latency = latencies_of({1000, 1000, 2000, 2000, 2000, 2000, 2000, 3000, 3000});
  runs[0].metrics.push_back({"latency_ready_us_p50", "us", 2});
  runs[1].latency = latencies_of({100000});
  runs[1].metrics.push_back({"latency_ready_us_p50", "us", 100});
  const Summary summary = summarize(runs);
  const Estimate* median = summary.metric("latency_ready_us_p50");
  ASSERT_NE(median, nullptr);
  EXPECT_NEAR(median->mean, 2, 2 * 0.01);
  EXPECT_EQ(median->spread, Spread::interval);
  // Around it: deviations 0 and 98, standard error 98 / sqrt(2), t(0.975, 1 degree) = 12.7062.
  EXPECT_NEAR(median->hi - median->mean, 12.7062 * 98 / std::sqrt(2.0), 15);
}

RunResult run_with_latency(double us) {
  RunResult result;
  result.random = true;
  result.metrics = {{"latency_ready_us_mean", "us", us}};
  result.resources = {{"CPUs", "cpu", 4, us / 2, 0.5, ""}};
  return result;
}

TEST(Summary, is_of_the_replications_that_have_a_value) {
  const double none = std::nan("");
  const std::array<RunResult, 4> runs{run_with_latency(20), run_with_latency(none), run_with_latency(24),
                                      run_with_latency(none)};
  const Summary summary = summarize(runs);
  const Estimate& e = *summary.metric("latency_ready_us_mean");
  EXPECT_DOUBLE_EQ(e.mean, 22);
  EXPECT_EQ(e.n, 2u);
  EXPECT_EQ(summary.done, 4u);
  EXPECT_DOUBLE_EQ(summary.resources.front().demand_us, 11);
  EXPECT_DOUBLE_EQ(summary.resources.front().utilization, 0.5);
}

TEST(Summary, of_no_value_at_all_has_none) {
  const std::array<RunResult, 2> runs{run_with_latency(std::nan("")), run_with_latency(std::nan(""))};
  const Summary summary = summarize(runs);
  const Estimate& e = *summary.metric("latency_ready_us_mean");
  EXPECT_TRUE(std::isnan(e.mean));
  EXPECT_EQ(e.n, 0u);
  EXPECT_EQ(e.spread, Spread::single);
  EXPECT_TRUE(std::isnan(summary.resources.front().demand_us));
}

TEST(Summary, an_interval_ends_where_the_quantity_does) {
  // Two values: half of the interval is 12.7062 times half their difference, wider than what is possible.
  std::array<RunResult, 2> runs{run_with_latency(10), run_with_latency(14)};
  runs[0].metrics.push_back({"cpu_percent", "%", 90});
  runs[1].metrics.push_back({"cpu_percent", "%", 98});
  const Summary summary = summarize(runs);
  EXPECT_EQ(summary.metric("latency_ready_us_mean")->lo, 0);
  EXPECT_NEAR(summary.metric("latency_ready_us_mean")->hi, 12 + 2 * 12.7062, 1e-4);
  EXPECT_EQ(summary.metric("cpu_percent")->hi, 100);
  EXPECT_NEAR(summary.metric("cpu_percent")->lo, 94 - 4 * 12.7062, 1e-4);
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
