#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/experiment/backwards/known_line.hpp"

namespace ktlssim {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

Machines machines_of(const std::vector<double>& weights, double sd = 1e-9) {
  Machines machines;
  for (std::size_t i = 0; i < weights.size(); ++i) machines.all.push_back({i, weights[i], weights[i]});
  for (Discrepancy& one : machines.discrepancies) one = {sd, sd, 0};
  return machines;
}

std::optional<RunResult> result_of(double gbps, double cpu_percent, RunStatus status = RunStatus::done) {
  RunResult result;
  result.status = status;
  result.metrics = {{"throughput_gbps", "Gbit/s", gbps}, {"cpu_percent", "%", cpu_percent}};
  return result;
}

Json no_parameter(const std::string&) { return {}; }

std::vector<Margin> margins_of(const std::string& text) { return Expression(text).margins(); }

TEST(KnownLine, a_crossing_lies_between_the_values_of_each_machine) {
  const std::vector<double> places{1, 2, 3};
  const std::vector<ByMachine> a{{2, 2}, {2, 2}, {2, 2}};
  const std::vector<ByMachine> b{{1, 1}, {3, 1}, {5, 3}};  // they meet at 1.5 and at 2.5
  const KnownCrossing up = known_crossing(machines_of({0.5, 0.5}), places, a, b, true, 2);
  EXPECT_NEAR(up.at.ninety.lo, 1.5, 1e-6);
  EXPECT_NEAR(up.at.ninety.hi, 2.5, 1e-6);
  EXPECT_EQ(up.meet, 1);
  const KnownCrossing down = known_crossing(machines_of({0.5, 0.5}), places, b, a, false, 2);
  EXPECT_NEAR(down.at.ninety.lo, 1.5, 1e-6);
  EXPECT_NEAR(down.at.ninety.hi, 2.5, 1e-6);
}

TEST(KnownLine, machines_on_which_nothing_meets_lie_beyond) {
  const std::vector<ByMachine> a{{2, 2, 2}, {2, 2, 2}};
  const std::vector<ByMachine> b{{3, 1, 1}, {3, 1, 3}};
  const KnownCrossing found = known_crossing(machines_of({0.2, 0.3, 0.5}), {1, 2}, a, b, true, 1.5);
  EXPECT_EQ(found.at.ninety.lo, -kInfinite);
  EXPECT_EQ(found.at.ninety.hi, kInfinite);
  EXPECT_NEAR(found.at.median, 1.5, 1e-6);
  EXPECT_NEAR(found.meet, 0.5, 1e-12);
}

TEST(KnownLine, of_several_crossings_the_nearest_counts) {
  const std::vector<ByMachine> a{{0}, {0}, {0}, {0}};
  const std::vector<ByMachine> b{{-1}, {1}, {-1}, {1}};
  EXPECT_EQ(known_crossing(machines_of({1}), {1, 2, 3, 4}, a, b, true, 1).at.median, 1.5);
  EXPECT_EQ(known_crossing(machines_of({1}), {1, 2, 3, 4}, a, b, true, 4).at.median, 3.5);
}

TEST(KnownLine, a_discrepancy_of_ratios_widens_a_crossing) {
  // b / a is the place itself: they meet where it is exp(-T), and T has half of its law within its quartiles.
  std::vector<double> places;
  std::vector<ByMachine> a, b;
  for (double place = 0.5; place <= 1.6; place += 0.01) {
    places.push_back(place);
    a.push_back({1});
    b.push_back({place});
  }
  const Machines machines = machines_of({1}, 0.1);
  const Known at = known_crossing(machines, places, a, b, true, 1).at;
  const std::vector<double> terms = discrepancy_terms(of(machines.discrepancies, FigureKind::ratio));
  EXPECT_NEAR(at.fifty.lo, std::exp(-terms[kDiscrepancyTerms * 3 / 4]), 1e-2);
  EXPECT_NEAR(at.fifty.hi, std::exp(-terms[kDiscrepancyTerms / 4]), 1e-2);
  EXPECT_LT(at.fifty.lo, 0.95);
  EXPECT_GT(at.fifty.hi, 1.05);
}

TEST(KnownLine, a_knee_is_the_first_value_that_is_worth_the_best) {
  const std::vector<ByMachine> gains{{50, 100}, {98, 100}, {100, 100}};
  const Known most = known_knee(machines_of({0.6, 0.4}), {1, 2, 4}, gains, true, 0.02);
  EXPECT_EQ(most.ninety.lo, 1);
  EXPECT_EQ(most.ninety.hi, 2);
  const std::vector<ByMachine> costs{{10}, {5.05}, {5}};
  EXPECT_EQ(known_knee(machines_of({1}), {1, 2, 4}, costs, false, 0.02).median, 2);
  const std::vector<ByMachine> still_gains{{50}, {80}, {100}};
  EXPECT_EQ(known_knee(machines_of({1}), {1, 2, 4}, still_gains, true, 0.02).median, kInfinite);
  const std::vector<ByMachine> losses{{-50}, {-98}, {-100}};
  EXPECT_EQ(known_knee(machines_of({1}), {1, 2, 4}, losses, false, 0.02).median, 2);
}

TEST(KnownLine, a_point_is_on_the_front_of_the_machines_on_which_nothing_beats_it) {
  const Machines machines = machines_of({0.6, 0.3, 0.1});
  const double none = std::nan("");
  // On the first machine a beats b; on the second each has something; on the third a has no value.
  const std::vector<PointOnMachines> points{{{{10, 10, none}, {-1, -2, -1}}, true}, {{{9, 9, 9}, {-1, -1, -1}}, true}};
  const std::vector<double> parts = known_fronts(machines, points);
  EXPECT_NEAR(parts[0], 0.9, 1e-12);
  EXPECT_NEAR(parts[1], 0.4, 1e-12);
}

TEST(KnownLine, what_is_not_steady_takes_no_steady_point_off_the_front) {
  const PointOnMachines best{{{10}, {10}}, false};
  const PointOnMachines steady{{{9}, {9}}, true};
  const PointOnMachines worst{{{8}, {8}}, false};
  const std::vector<double> parts = known_fronts(machines_of({1}), {best, steady, worst});
  EXPECT_EQ(parts, (std::vector<double>{1, 1, 0}));
}

TEST(KnownLine, a_target_is_met_by_the_weight_of_the_machines_that_meet_it) {
  const Machines machines = machines_of({0.6, 0.3, 0.1});
  const std::vector<std::optional<RunResult>> results{result_of(41, 60), result_of(39, 40), result_of(41, 40, RunStatus::stalled)};
  const KnownMet met = known_met(machines, results, margins_of("throughput_gbps >= 40 and cpu_percent <= 50"), no_parameter);
  EXPECT_NEAR(met.each[0], 0.6, 1e-12);
  EXPECT_NEAR(met.each[1], 0.3, 1e-12);
  EXPECT_EQ(met.all, 0);
}

TEST(KnownLine, discrepancies_of_two_kinds_are_independent) {
  // At both limits: half of each law meets its own, a quarter both.
  const KnownMet met = known_met(machines_of({1}, 0.1), {result_of(40, 50)},
                                 margins_of("throughput_gbps >= 40 and cpu_percent <= 50"), no_parameter);
  EXPECT_NEAR(met.each[0], 0.5, 1e-12);
  EXPECT_NEAR(met.each[1], 0.5, 1e-12);
  EXPECT_NEAR(met.all, 0.25, 1e-12);
}

}  // namespace
}  // namespace ktlssim
