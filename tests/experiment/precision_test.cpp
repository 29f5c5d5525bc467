#include "sim/experiment/statistics/precision.hpp"

#include <gtest/gtest.h>

#include "sim/experiment/run/replicate.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

MeasureParameters measure(double relative, std::int64_t min, std::int64_t max) {
  MeasureParameters m{};
  m.relative_precision = relative;
  m.precision_metrics = "throughput_gbps  cpu_percent";
  m.min_replications = min;
  m.max_replications = max;
  return m;
}

Estimate metric_of(std::string name, double mean, double half, Spread spread = Spread::interval) {
  return {std::move(name), "", mean, mean - half, mean + half, 10, spread};
}

TEST(Precision, looks_after_half_as_many_more_each_time) {
  const MeasureParameters m = measure(0.01, 10, 60);
  std::vector<std::size_t> looks;
  for (std::size_t n = 0; n < 60;) looks.push_back(n = replications_after(m, n));
  EXPECT_EQ(looks, (std::vector<std::size_t>{10, 15, 23, 35, 53, 60}));
}

TEST(Precision, looks_again_where_the_widest_interval_is_likely_to_be_narrow) {
  const MeasureParameters m = measure(0.01, 10, 60);
  Summary summary;
  summary.metrics = {metric_of("throughput_gbps", 50, 0.5), metric_of("cpu_percent", 20, 0.22)};
  EXPECT_EQ(replications_after(m, 40, summary), 49U);  // 40 * 1.1^2 = 48.4
  summary.metrics[1] = metric_of("cpu_percent", 20, 0.202);
  EXPECT_EQ(replications_after(m, 40, summary), 45U);  // 40.8, but at least an eighth more
  summary.metrics[1] = metric_of("cpu_percent", 20, 0.4);
  EXPECT_EQ(replications_after(m, 20, summary), 30U);  // 80, but at most half as many more
  EXPECT_EQ(replications_after(m, 50, summary), 60U);
  EXPECT_EQ(replications_after(m, 58, summary), 60U);
  summary.metrics[1] = metric_of("cpu_percent", 20, 0, Spread::single);
  EXPECT_EQ(replications_after(m, 20, summary), 30U);
  summary.metrics.pop_back();
  EXPECT_EQ(replications_after(m, 20, summary), 30U);
}

TEST(Precision, half_of_every_interval_is_at_most_that_part_of_its_mean) {
  const MeasureParameters m = measure(0.01, 10, 60);
  Summary summary;
  summary.metrics = {metric_of("throughput_gbps", 50, 0.5), metric_of("cpu_percent", 20, 0.2)};
  EXPECT_TRUE(precise(summary, m));
  summary.metrics[1] = metric_of("cpu_percent", 20, 0.21);
  EXPECT_FALSE(precise(summary, m));
  summary.metrics[1] = metric_of("cpu_percent", -20, 0.2);
  EXPECT_TRUE(precise(summary, m));
  summary.metrics[1] = metric_of("cpu_percent", 20, 0, Spread::single);
  EXPECT_FALSE(precise(summary, m));
  summary.metrics[1] = metric_of("cpu_percent", 20, 0, Spread::deterministic);
  EXPECT_TRUE(precise(summary, m));
  summary.metrics.pop_back();
  EXPECT_FALSE(precise(summary, m));
}

Scenario random_queue(double relative) {
  Scenario s = ideal_ccr();
  s.driver.device.law = ServiceLaw::exponential;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.records_in_flight = 4;
  s.measure = {};
  s.measure.duration_ms = 1;
  s.measure.relative_precision = relative;
  s.measure.precision_metrics = "records_per_second";
  s.measure.min_replications = 4;
  s.measure.max_replications = 30;
  return s;
}

// 1000 exponential services a replication: a standard error of about 3 %, so 10 % is there at once, and 0.1 %
// never.
TEST(Precision, decides_on_the_number_of_replications) {
  const Experiment loose = replicate_until_precise(random_queue(0.1), Engines::fiber);
  EXPECT_EQ(loose.runs.size(), 4U);
  EXPECT_EQ(loose.precise, true);
  const Experiment middle = replicate_until_precise(random_queue(0.02), Engines::fiber, 3);
  EXPECT_GT(middle.runs.size(), 4U);
  EXPECT_EQ(middle.precise, true);
  EXPECT_EQ(middle.runs.size(),
            replicate_until_precise(random_queue(0.02), Engines::fiber, 1).runs.size());
  const Experiment strict = replicate_until_precise(random_queue(0.001), Engines::fiber);
  EXPECT_EQ(strict.runs.size(), 30U);
  EXPECT_EQ(strict.precise, false);
}

TEST(Precision, takes_one_replication_where_nothing_is_random) {
  Scenario s = random_queue(0.01);
  s.driver.device.law = ServiceLaw::constant;
  const Experiment experiment = replicate_until_precise(s, Engines::fiber);
  EXPECT_EQ(experiment.runs.size(), 1U);
  EXPECT_EQ(experiment.precise, true);
}

}  // namespace
}  // namespace ktlssim
