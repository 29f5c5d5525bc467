// What a gate lets pass and what it does not.
#include "sim/experiment/gate/gate.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

Experiment runs_with(const std::vector<double>& gbps, bool random = true) {
  Experiment experiment;
  for (const double value : gbps) {
    RunResult result;
    result.random = random;
    result.metrics = {{"throughput_gbps", "Gbit/s", value}};
    experiment.runs.push_back({experiment.runs.size(), result});
  }
  return experiment;
}

GateReport of(const Experiment& base, const Experiment& now, double percent, std::int64_t seed_of_new = 2) {
  return gate("test", {base, 1}, {now, seed_of_new}, {{"throughput_gbps", percent, true}}, 1);
}

TEST(Gate, fails_what_is_proven_worse_than_allowed) {
  // Means 100 and 90, variances 1 each of 4: standard error sqrt(1/2); t(6, 99 %) = 3.143, so 90 + 2.2 < 95.
  const Experiment base = runs_with({99, 100, 100, 101});
  const Experiment now = runs_with({89, 90, 90, 91});
  EXPECT_EQ(of(base, now, 5).rows.front().verdict, GateVerdict::fails);
  EXPECT_FALSE(of(base, now, 5).passes());
  EXPECT_EQ(of(base, now, 20).rows.front().verdict, GateVerdict::worse);
  EXPECT_TRUE(of(base, now, 20).passes());
  EXPECT_EQ(of(now, base, 0).rows.front().verdict, GateVerdict::better);
  EXPECT_NEAR(of(base, now, 5).rows.front().percent.mean, -10, 1e-9);
}

TEST(Gate, passes_what_is_not_proven) {
  EXPECT_EQ(of(runs_with({90, 110}), runs_with({80, 100}), 1).rows.front().verdict, GateVerdict::open);
  // The same, and known to be no more than one per cent worse.
  EXPECT_EQ(of(runs_with({100, 100.1, 99.9}), runs_with({100, 99.9, 100.1}), 1).rows.front().verdict, GateVerdict::same);
  EXPECT_EQ(of(runs_with({100}), runs_with({50}), 1).rows.front().verdict, GateVerdict::unknown);
  EXPECT_EQ(of(runs_with({}), runs_with({50}), 1).rows.front().verdict, GateVerdict::unknown);
}

TEST(Gate, compares_pair_by_pair_what_has_one_seed) {
  // Differences -1, -1.01, -0.99 of samples that spread over 80.
  const Experiment base = runs_with({10, 50, 90});
  const Experiment now = runs_with({9, 48.99, 89.01});
  EXPECT_EQ(of(base, now, 0, 1).rows.front().verdict, GateVerdict::fails);
  EXPECT_TRUE(of(base, now, 0, 1).paired);
  EXPECT_EQ(of(base, now, 0, 2).rows.front().verdict, GateVerdict::open);
}

TEST(Gate, fails_where_a_value_is_lost_and_where_nothing_can_be_judged) {
  EXPECT_EQ(of(runs_with({50, 51}), runs_with({}), 1).rows.front().verdict, GateVerdict::fails);
  EXPECT_FALSE(of(runs_with({50, 51}), runs_with({}), 1).passes());
  EXPECT_FALSE(of(runs_with({}), runs_with({50, 51}), 1).passes());
}

TEST(Gate, takes_less_for_better_where_it_is) {
  EXPECT_TRUE(more_is_better("throughput_gbps"));
  EXPECT_FALSE(more_is_better("cpu_percent"));
  Experiment base = runs_with({10}, false);
  Experiment now = runs_with({12}, false);
  for (Experiment* const experiment : {&base, &now}) experiment->runs.front().result.metrics.front().name = "cpu_percent";
  const auto judged = [&](const Experiment& a, const Experiment& b) {
    return gate("test", {a, 1}, {b, 1}, {{"cpu_percent", 10, false}}, 1).rows.front().verdict;
  };
  EXPECT_EQ(judged(base, now), GateVerdict::fails);
  EXPECT_EQ(judged(now, base), GateVerdict::better);
}

TEST(Gate, fails_where_runs_that_ended_do_not_any_more) {
  const Experiment base = runs_with({10, 10});
  Experiment now = base;
  now.runs.back().result.status = RunStatus::panicked;
  now.runs.back().result.diagnosis = "the stack is full";
  const GateReport report = of(base, now, 1);
  EXPECT_FALSE(report.passes());
  EXPECT_NE(report.failures.front().find("panicked: the stack is full"), std::string::npos);
  EXPECT_TRUE(of(now, now, 1).passes());
  EXPECT_NE(gate_markdown({report}).find("**ktlssim gate: FAILS** in 1 of 1 scenario"), std::string::npos);
}

// Equal models: a machine repairman with one exponential engine, short windows, so that nothing is nearly constant.
RunResult random_run(std::int64_t seed, std::uint64_t replication) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(4);
  s.ktls.dispatch = Dispatch::blocking;
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 4;
  s.workload.records_in_flight = 2;
  s.driver.device.law = ServiceLaw::exponential;
  s.driver.device.latency_submit_ns = q(6000);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.supported = true;
  s.measure.warmup_ms = 0.1;
  s.measure.duration_ms = 0.5;
  s.seed = seed;
  return simulate(s, EngineKind::fiber, replication);
}

Experiment replicated(std::int64_t seed) {
  Experiment experiment;
  for (std::uint64_t i = 0; i < 10; ++i) experiment.runs.push_back({i, random_run(seed, i)});
  return experiment;
}

TEST(Gate, of_equal_models_fails_at_most_once_in_a_hundred) {
  const int trials = std::getenv("KTLSSIM_SLOW") != nullptr ? 1000 : 100;
  const std::vector<Threshold> none_allowed{
      {"throughput_gbps", 0, true}, {"latency_ready_us_mean", 0, false}, {"latency_ready_us_p99", 0, false}};
  int failed = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const Experiment base = replicated(2 * trial + 1);
    const Experiment now = replicated(2 * trial + 2);
    if (!gate("test", {base, 2 * trial + 1}, {now, 2 * trial + 2}, none_allowed, none_allowed.size()).passes()) ++failed;
  }
  RecordProperty("failed", failed);
  // 10 of 1000 are expected at the most; 21 or more of them have a probability of 0.0013, 5 or more of 100 of 0.0034.
  EXPECT_LE(failed, trials == 1000 ? 20 : 4);
}

TEST(Gate, finds_a_tenth_less_throughput) {
  const Experiment base = replicated(1);
  Experiment now = replicated(2);
  for (Replication& run : now.runs)
    for (Metric& metric : run.result.metrics)
      if (metric.name == "throughput_gbps") metric.value *= 0.9;
  EXPECT_FALSE(of(base, now, 1).passes());
}

}  // namespace
}  // namespace ktlssim
