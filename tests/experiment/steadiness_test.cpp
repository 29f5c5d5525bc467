#include "sim/experiment/statistics/steadiness.hpp"

#include <gtest/gtest.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <functional>

#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

std::vector<double> series_of(const std::function<double(std::size_t)>& at) {
  std::vector<double> series(100);
  for (std::size_t i = 0; i < series.size(); ++i) series[i] = at(i);
  return series;
}

TEST(Drift, is_none_where_nothing_changes) {
  EXPECT_FALSE(drift_of(series_of([](std::size_t) { return 50.0; })).found);
  EXPECT_FALSE(drift_of(series_of([](std::size_t) { return 0.0; })).found);
  EXPECT_FALSE(drift_of(series_of([](std::size_t i) { return i % 2 == 0 ? 3.0 : 2.0; })).found);
}

TEST(Drift, finds_a_start_that_is_shorter_than_half) {
  // 100 for fifteen steps, then 25: the first tenth is 100, the second half 25.
  const Drift drift = drift_of(series_of([](std::size_t i) { return i < 15 ? 100.0 : 25.0; }));
  EXPECT_TRUE(drift.found);
  EXPECT_DOUBLE_EQ(drift.first, 100);
  EXPECT_DOUBLE_EQ(drift.last, 25);
}

TEST(Drift, finds_a_straight_trend) {
  // From 100 to 149.5 in halves: the first tenth is 102.25, the second half 137.25.
  const Drift drift = drift_of(series_of([](std::size_t i) { return 100 + 0.5 * static_cast<double>(i); }));
  EXPECT_TRUE(drift.found);
  EXPECT_DOUBLE_EQ(drift.first, 102.25);
  EXPECT_DOUBLE_EQ(drift.last, 137.25);
}

TEST(Drift, passes_over_what_hardly_moves_a_mean) {
  EXPECT_FALSE(drift_of(series_of([](std::size_t i) { return i < 50 ? 104.0 : 100.0; })).found);
  EXPECT_TRUE(drift_of(series_of([](std::size_t i) { return i < 50 ? 106.0 : 100.0; })).found);
}

TEST(Drift, passes_over_noise) {
  // Two parts are looked at, each in both directions at 0.0005: 2 of 1000 are expected; 9 are hardly possible.
  boost::random::mt19937 random(1);
  boost::random::normal_distribution<double> noise(10, 10);
  int found = 0;
  for (int trial = 0; trial < 1000; ++trial)
    found += drift_of(series_of([&](std::size_t) { return noise(random); })).found ? 1 : 0;
  EXPECT_LE(found, 8);
}

TEST(Drift, is_none_of_a_short_series) {
  const std::array<double, 3> few{1, 100, 1000};
  EXPECT_FALSE(drift_of(few).found);
}

// Poisson arrivals of 100 000 records of 16 384 bytes a second, over 10 ms: 1000 of them, 13.107 Gbit/s.
Scenario open_scenario() {
  Scenario s = ideal_scenario();
  s.workload.kind = WorkloadKind::poisson;
  s.workload.sessions = 8;
  s.workload.record_bytes = 16384;
  s.workload.records_per_second = 100'000;
  s.workload.reconnect_us = 0;
  s.measure.duration_ms = 10;
  return s;
}

RunResult run_with(const std::function<double(std::size_t)>& outstanding) {
  RunResult run;
  run.random = true;
  run.metrics = {{"throughput_gbps", "Gbit/s", 10}, {"live_connections", "connections", 8},
                 {"aborted_connections", "connections", 0}, {"latency_ready_us_mean", "us", 50}};
  for (std::size_t i = 0; i < 100; ++i)
    run.series.push_back({100 * static_cast<double>(i + 1), 10, 20, 4, 1, outstanding(i)});
  return run;
}

TEST(Steadiness, is_of_a_queue_that_stays) {
  const std::array<RunResult, 2> runs{run_with([](std::size_t i) { return static_cast<double>(i % 7); }),
                                      run_with([](std::size_t i) { return static_cast<double>(i % 5); })};
  EXPECT_TRUE(steadiness_of(open_scenario(), runs).steady());
}

TEST(Steadiness, a_backlog_that_grows_has_no_mean_and_no_interval) {
  // Two records a step, 200 in 10 ms: 20 000 a second. By chance, of 1000 arrivals and as many departures,
  // 3 x sqrt(2000 / 2) = 95 are possible in the mean of two runs.
  std::array<RunResult, 2> runs{run_with([](std::size_t i) { return 2 * static_cast<double>(i); }),
                                run_with([](std::size_t i) { return 2 * static_cast<double>(i); })};
  const Steadiness found = steadiness_of(open_scenario(), runs);
  ASSERT_EQ(found.why.size(), 1u);
  EXPECT_EQ(found.why.front().kind, Unsteady::overload);
  EXPECT_TRUE(found.backlog_grows);
  EXPECT_EQ(found.why.front().what,
            "more is offered than served: 13.11 Gbit/s offered, 10 served; 198 records wait at the end, and their "
            "number grows by 20000 a second, so latency has no mean");
  runs[1].metrics.back().value = 60;
  Summary summary = summarize(runs);
  withhold_intervals(found, summary);
  EXPECT_EQ(summary.metric("latency_ready_us_mean")->spread, Spread::growing);
  EXPECT_EQ(summary.metric("throughput_gbps")->spread, Spread::interval);
}

TEST(Steadiness, a_backlog_may_grow_by_chance) {
  // By 100, of which one run may grow by 3 x sqrt(2000) = 134.
  const std::array<RunResult, 1> runs{run_with([](std::size_t i) { return static_cast<double>(i); })};
  EXPECT_TRUE(steadiness_of(open_scenario(), runs).steady());
}

TEST(Steadiness, sees_applications_that_are_late) {
  Scenario s = open_scenario();
  s.workload.kind = WorkloadKind::send;
  s.workload.write_bytes = 1000;
  s.workload.rate_gbps = 10.1;
  const std::array<RunResult, 1> runs{run_with([](std::size_t) { return 0.0; })};
  EXPECT_TRUE(steadiness_of(s, runs).steady());
  s.workload.rate_gbps = 12;
  const Steadiness found = steadiness_of(s, runs);
  ASSERT_EQ(found.why.size(), 1u);
  EXPECT_EQ(found.why.front().what, "more is offered than served: 12 Gbit/s offered, 10 served");
  EXPECT_FALSE(found.backlog_grows);
}

TEST(Steadiness, says_who_is_gone_and_who_starves_and_that_it_started) {
  RunResult run = run_with([](std::size_t) { return 0.0; });
  run.metrics[1].value = 6;
  run.starving = {"interrupt thread irq starves"};
  for (std::size_t i = 0; i < 20; ++i) run.series[i].cpu_percent = 90;
  const Steadiness found = steadiness_of(open_scenario(), std::span(&run, 1));
  ASSERT_EQ(found.why.size(), 3u);
  EXPECT_EQ(found.why[0].what,
            "2 of 8 connections are gone at the end, dropped because a crypto request failed, 2 of them before the "
            "measured time");
  EXPECT_EQ(found.why[1].kind, Unsteady::startup);
  EXPECT_NE(found.why[1].what.find("CPU 90 % at first, 20 in the second half"), std::string::npos);
  EXPECT_EQ(found.why[2].kind, Unsteady::starving);
}

TEST(Steadiness, of_nothing_done_says_nothing) {
  RunResult run;
  run.status = RunStatus::failed;
  EXPECT_TRUE(steadiness_of(open_scenario(), std::span(&run, 1)).steady());
}

}  // namespace
}  // namespace ktlssim
