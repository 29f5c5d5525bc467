// Differences of two samples against values computed by hand and from tables of Student's t.
#include "sim/experiment/statistics/two_samples.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace ktlssim {
namespace {

TEST(TwoSamples, differ_pair_by_pair) {
  // Differences 1, 2, 3: mean 2, standard error 1 / sqrt(3); t(2, 97.5 %) = 4.3027.
  const std::vector<double> a{10, 20, 30};
  const std::vector<double> b{11, 22, 33};
  const DifferenceInterval d = paired_difference(a, b, 0.95, true);
  EXPECT_DOUBLE_EQ(d.mean, 2);
  EXPECT_NEAR(d.hi - d.mean, 4.3027 / std::sqrt(3), 1e-3);
  EXPECT_NEAR(d.mean - d.lo, 4.3027 / std::sqrt(3), 1e-3);
  // t(2, 99.5 %) = 9.9248.
  EXPECT_NEAR(paired_difference(a, b, 0.99, true).hi - 2, 9.9248 / std::sqrt(3), 1e-3);
}

TEST(TwoSamples, differ_without_pairs_as_welch_has_it) {
  // Variances 1 and 4 of n = 3 each: standard error sqrt(5 / 3), freedom (5/3)^2 / ((1/3)^2 / 2 + (4/3)^2 / 2) = 2.941.
  const DifferenceInterval d =
      welch_difference(std::vector<double>{1, 2, 3}, std::vector<double>{4, 6, 8}, 0.95, true);
  EXPECT_DOUBLE_EQ(d.mean, 4);
  EXPECT_NEAR((d.hi - d.lo) / 2 / std::sqrt(5.0 / 3), 3.22, 0.01);  // between t(2) = 4.303 and t(3) = 3.182
}

TEST(TwoSamples, are_exact_where_nothing_is_random) {
  const DifferenceInterval d = welch_difference(std::vector<double>{5}, std::vector<double>{7}, 0.95, false);
  EXPECT_EQ(d.lo, 2);
  EXPECT_EQ(d.hi, 2);
  EXPECT_TRUE(d.known);
}

TEST(TwoSamples, tell_nothing_where_there_is_one_value_or_none) {
  EXPECT_FALSE(paired_difference(std::vector<double>{5}, std::vector<double>{7, 8}, 0.95, true).known);
  EXPECT_FALSE(welch_difference(std::vector<double>{5}, std::vector<double>{7, 8}, 0.95, true).known);
  EXPECT_TRUE(std::isnan(welch_difference({}, std::vector<double>{7}, 0.95, true).mean));
}

}  // namespace
}  // namespace ktlssim
