#include "sim/experiment/statistics/control_variates.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "sim/machine/placement.hpp"
#include "sim/machine/simulate.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

TEST(ControlVariates, what_a_control_explains_leaves_the_interval) {
  std::vector<double> values;
  std::vector<std::vector<double>> controls;
  for (int i = 0; i < 20; ++i) {
    const double control = i % 5 - 1;  // its mean in this sample is 1, where 0 is expected
    values.push_back(10 + 3 * control);
    controls.push_back({control});
  }
  const Estimate e = controlled_estimate(estimate("m", "", values, true), values, controls);
  EXPECT_NEAR(e.mean, 10, 1e-9);
  EXPECT_NEAR(e.hi - e.lo, 0, 1e-6);
}

TEST(ControlVariates, controls_that_do_not_vary_or_repeat_others_change_nothing) {
  std::vector<double> values;
  std::vector<std::vector<double>> controls;
  for (int i = 0; i < 20; ++i) {
    values.push_back(i % 7);
    const double control = i % 5 - 2;
    controls.push_back({control, 4, 2 * control + 1});
  }
  std::vector<std::vector<double>> first;
  for (const auto& row : controls) first.push_back({row[0]});
  const Estimate plain = estimate("m", "", values, true);
  EXPECT_DOUBLE_EQ(controlled_estimate(plain, values, controls).lo, controlled_estimate(plain, values, first).lo);
}

TEST(ControlVariates, too_few_replications_give_the_plain_estimate) {
  const std::vector<double> values{1, 2, 3};
  const Estimate plain = estimate("m", "", values, true);
  EXPECT_EQ(controlled_estimate(plain, values, {{1}, {2}, {4}}).lo, plain.lo);
}

constexpr int kExperiments = 2000;

// How many intervals hold the mean, 5, of `n` values 5 + 2 * control and what `noise` makes of a standard normal.
template <class Control, class Noise>
int held(int n, Control control_of, Noise noise) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  int held = 0;
  for (int experiment = 0; experiment < kExperiments; ++experiment) {
    std::vector<double> values;
    std::vector<std::vector<double>> controls;
    for (int i = 0; i < n; ++i) {
      const double control = control_of(i, normal, random);
      controls.push_back({control});
      values.push_back(5 + 2 * control + noise(control) * normal(random));
    }
    const Estimate e = controlled_estimate(estimate("m", "", values, true), values, controls);
    held += e.lo <= 5 && 5 <= e.hi;
  }
  return held;
}

TEST(ControlVariates, ninety_five_of_a_hundred_intervals_hold_the_mean) {
  const int found = held(15, [](int, auto& normal, auto& random) { return normal(random); }, [](double) { return 1; });
  EXPECT_GE(found, 0.95 * kExperiments - 3 * std::sqrt(0.05 * 0.95 * kExperiments));
  EXPECT_LE(found, 0.98 * kExperiments);  // with as few values a little wide
}

TEST(ControlVariates, intervals_hold_where_values_vary_more_far_out) {
  const auto far_out = [](int i, auto&, auto&) { return i % 5 == 0 ? 2 : -0.5; };  // zero on average
  const int found = held(25, far_out, [](double control) { return control > 0 ? 8 : 1; });
  EXPECT_NEAR(found, 0.95 * kExperiments, 0.03 * kExperiments);
}

TEST(PlacementDeviations, are_those_of_the_run_and_zero_on_average) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.host.ktls.ktls_encrypt_record_ns = q(1000);
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 3;
  s.network.kind = NetworkKind::nic;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 3;
  const double expected = 4 * (1 - std::pow(0.75, 3));
  double sum = 0;
  double sum_of_first = 0;
  for (std::uint64_t r = 0; r < 400; ++r) {
    const std::vector<double> deviations = placement_deviations(s, r);
    ASSERT_EQ(deviations.size(), 2U);
    sum += deviations[0];
    sum_of_first += deviations[1];
    if (r >= 5) continue;
    std::set<std::string> workers;
    for (const CpuRow& row : simulate(s, EngineKind::fiber, r).cpu)
      if (row.thread_class == "ktls") workers.insert(row.thread);
    EXPECT_DOUBLE_EQ(deviations[0], static_cast<double>(workers.size()) - expected);
    EXPECT_DOUBLE_EQ(deviations[1], (workers.contains("KTLS/thr_0") ? 1 : 0) - expected / 4);
  }
  EXPECT_LT(std::abs(sum / 400), 0.15);  // the standard deviation of one is 0.6
  EXPECT_LT(std::abs(sum_of_first / 400), 0.125);  // of one 0.5
}

TEST(PlacementDeviations, are_of_groups_whose_workers_vary_most) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(8);
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 64;
  s.network.kind = NetworkKind::nic;
  for (const std::int64_t sessions : {32, 8, 4}) s.session_groups.push_back({sessions, false, s.tls});
  // The first of 8 workers has none of n sessions with p = 0.344, 0.586, 0.069 and 0.201 for n = 8, 4, 20 and 8 + 4: variances
  // p (1 - p) of 0.226, 0.243, 0.064 and 0.161; of 32 and of what else are two groups at most 0.039. Of the 8 these and the 4
  // together tell 0.201 (1 - 0.344) / (0.344 (1 - 0.201)) = 0.48, of the 4 0.18.
  const std::vector<double> deviations = placement_deviations(s, 0);
  ASSERT_EQ(deviations.size(), 4U);
  const auto worker_fraction = [](double workers) { return workers - std::floor(workers); };
  EXPECT_NEAR(worker_fraction(deviations[0]), worker_fraction(-8 * (1 - std::pow(7.0 / 8, 4))), 1e-9);
  EXPECT_NEAR(worker_fraction(deviations[2]), worker_fraction(-8 * (1 - std::pow(7.0 / 8, 12))), 1e-9);
}

}  // namespace
}  // namespace ktlssim
