#include "sim/experiment/run/engines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/experiment/run/replicate.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

RunResult with_throughput(double gbps, std::uint64_t fingerprint = 7) {
  RunResult result;
  result.metrics = {{"latency_ready_us_mean", "us", std::nan("")}, {"throughput_gbps", "Gbit/s", gbps}};
  result.fingerprint = fingerprint;
  return result;
}

RunResult failed(std::string diagnosis) {
  RunResult result;
  result.status = RunStatus::failed;
  result.diagnosis = std::move(diagnosis);
  return result;
}

TEST(EnginesAgree, apart_from_the_time_and_memory_that_they_take) {
  RunResult simgrid = with_throughput(5);
  simgrid.wall_seconds = 3;
  simgrid.peak_memory_kib = 4000;
  const RunResult kept = agreed(simgrid, with_throughput(5));
  EXPECT_EQ(kept.status, RunStatus::done);
  EXPECT_EQ(kept.wall_seconds, 3);
}

TEST(EnginesAgree, a_metric_that_differs_is_a_failure_that_names_it) {
  const RunResult kept = agreed(with_throughput(5), with_throughput(5.5));
  EXPECT_EQ(kept.status, RunStatus::failed);
  EXPECT_THAT(kept.diagnosis, testing::HasSubstr("throughput_gbps is 5 on SimGrid, 5.5 on fibers"));
}

TEST(EnginesAgree, equal_figures_on_another_trajectory_are_a_failure) {
  const RunResult kept = agreed(with_throughput(5, 0x1f), with_throughput(5, 0x2f));
  EXPECT_EQ(kept.status, RunStatus::failed);
  EXPECT_THAT(kept.diagnosis,
              testing::HasSubstr("trajectory 000000000000001f on SimGrid, 000000000000002f on fibers"));
}

TEST(EnginesAgree, what_only_one_engine_cannot_do_is_said_with_the_way_out) {
  EXPECT_THAT(agreed(failed("too many threads"), with_throughput(5)).diagnosis,
              testing::AllOf(testing::HasSubstr("on SimGrid: too many threads"), testing::HasSubstr("--engine fiber")));
  EXPECT_THAT(agreed(with_throughput(5), failed("no memory")).diagnosis,
              testing::AllOf(testing::HasSubstr("on fibers: no memory"), testing::HasSubstr("--engine simgrid")));
  EXPECT_EQ(agreed(failed("a"), failed("b")).diagnosis, "a");
}

TEST(EnginesAgree, replications_are_those_of_each_engine_alone) {
  const Scenario scenario = ideal_scenario();
  const Experiment both = replicate(scenario, Engines::both, 3);
  const Experiment fiber = replicate(scenario, Engines::fiber, 3);
  ASSERT_TRUE(both.all_done());
  ASSERT_EQ(both.runs.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(both.runs[i].number, i);
    EXPECT_EQ(both.runs[i].result.fingerprint, fiber.runs[i].result.fingerprint);
  }
}

}  // namespace
}  // namespace ktlssim
