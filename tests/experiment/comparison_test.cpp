#include "sim/experiment/run/comparison.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include <array>
#include <cmath>

#include "sim/experiment/text/build_info.hpp"
#include "sim/machine/metrics.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

const std::array<std::string, 1> kThroughput{"throughput_gbps"};

Experiment runs_with(std::initializer_list<double> values, bool random = true) {
  Experiment experiment;
  for (const double value : values) {
    RunResult result;
    result.random = random;
    result.metrics = {{"throughput_gbps", "Gbit/s", value}};
    experiment.runs.push_back({experiment.runs.size(), result});
  }
  return experiment;
}

TEST(Sample, has_the_rows_of_ministat) {
  // Mean 4; sample variance (9 + 4 + 1 + 36) / 3 = 50 / 3; the median lies between 2 and 3.
  const std::array<double, 4> values{3, 1, 10, 2};
  const Sample s = sample_of(values);
  EXPECT_EQ(s.n, 4u);
  EXPECT_EQ(s.min, 1);
  EXPECT_EQ(s.max, 10);
  EXPECT_DOUBLE_EQ(s.median, 2.5);
  EXPECT_DOUBLE_EQ(s.mean, 4);
  EXPECT_NEAR(s.stddev, std::sqrt(50.0 / 3), 1e-12);
}

TEST(Comparison, pairs_find_what_unpaired_samples_would_hide) {
  // Differences 1, 2, 3: mean 2, standard error 1 / sqrt(3), t(0.975, 2 degrees) = 4.30265: 2 +- 2.484 holds
  // zero.
  EXPECT_FALSE(
      compare_metrics(runs_with({10, 50, 90}), runs_with({11, 52, 93}), kThroughput).front().proven());
  // Differences 2, 2.1, 2.2: mean 2.1, standard error 0.1 / sqrt(3): 2.1 +- 0.2484, of a mean of 50.
  const auto found = compare_metrics(runs_with({10, 50, 90}), runs_with({12, 52.1, 92.2}), kThroughput);
  const MetricComparison& m = found.front();
  EXPECT_TRUE(m.proven());
  EXPECT_NEAR(m.difference.mean, 2.1, 1e-9);
  EXPECT_NEAR(m.difference.hi - 2.1, 0.2484, 1e-4);
  EXPECT_NEAR(m.percent(m.difference.mean), 4.2, 1e-9);
}

TEST(Comparison, leaves_out_pairs_of_which_one_failed) {
  Experiment a = runs_with({1, 1000, 3, 5});
  Experiment b = runs_with({2, 7, 4000, 6});
  a.runs[1].result.status = RunStatus::failed;
  b.runs[2].result.status = RunStatus::stalled;
  const auto found = compare_metrics(a, b, kThroughput);
  EXPECT_EQ(found.front().a.n, 2u);
  EXPECT_EQ(found.front().a.max, 5);
  EXPECT_EQ(found.front().b.max, 6);
  EXPECT_DOUBLE_EQ(found.front().difference.mean, 1);
}

TEST(Comparison, leaves_out_pairs_of_which_one_has_no_value) {
  const double none = std::nan("");
  const auto found = compare_metrics(runs_with({1, none, 3, 5}), runs_with({2, 7, none, 6}), kThroughput);
  EXPECT_EQ(found.front().a.n, 2u);
  EXPECT_DOUBLE_EQ(found.front().difference.mean, 1);
  EXPECT_TRUE(compare_metrics(runs_with({none}), runs_with({2}), kThroughput).empty());
}

TEST(Comparison, proves_nothing_of_a_backlog_that_grows) {
  const std::array<std::string, 1> latency{"latency_ready_us_mean"};
  Experiment a = runs_with({1, 1.1, 1.2});
  Experiment b = runs_with({20, 20.1, 20.3});
  for (Experiment* const side : {&a, &b})
    for (Replication& run : side->runs) run.result.metrics.front().name = latency.front();
  EXPECT_TRUE(compare_metrics(a, b, latency).front().proven());
  b.steadiness.backlog_grows = true;
  const auto found = compare_metrics(a, b, latency);
  EXPECT_EQ(found.front().difference.spread, Spread::growing);
  EXPECT_FALSE(found.front().proven());
}

TEST(Comparison, pairs_replications_of_the_same_number) {
  Experiment a = runs_with({1, 2, 3});
  Experiment b = runs_with({11, 12, 13});
  a.runs.erase(a.runs.begin());      // 1 and 2 are left
  b.runs.erase(b.runs.begin() + 1);  // 0 and 2 are left
  const auto found = compare_metrics(a, b, kThroughput);
  EXPECT_EQ(found.front().difference.n, 1u);
  EXPECT_EQ(found.front().difference.mean, 10);
  EXPECT_FALSE(found.front().proven());
}

TEST(Comparison, is_exact_where_nothing_is_random) {
  EXPECT_TRUE(compare_metrics(runs_with({1}, false), runs_with({2}, false), kThroughput).front().proven());
  EXPECT_FALSE(compare_metrics(runs_with({1}, false), runs_with({1}, false), kThroughput).front().proven());
}

TEST(MetricNames, are_those_of_a_run) {
  const RunResult run = simulate(ideal_scenario(), EngineKind::fiber, 0);
  const std::vector<std::string_view> names = metric_names();
  ASSERT_EQ(run.metrics.size(), names.size());
  for (std::size_t i = 0; i < run.metrics.size(); ++i) EXPECT_EQ(run.metrics[i].name, names[i]);
}

TEST(MetricTable, is_what_the_readme_of_results_says) {
  std::ifstream file(std::string(build_info().source_dir) + "/results/README.md");
  const std::string readme(std::istreambuf_iterator<char>(file), {});
  for (const MetricInfo& m : metric_table())
    EXPECT_THAT(readme, testing::HasSubstr(fmt::format("| `{}` | {} | {} |\n", m.name, m.unit, m.meaning)));
}

}  // namespace
}  // namespace ktlssim
