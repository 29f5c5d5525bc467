// Two experiments with common random numbers, compared replication by replication.
//
// Replication i of one and replication i of the other draw the same random numbers, so their difference
// varies less than either of them. Pairs of which one run is not done are left out of both.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

struct Sample {
  std::size_t n;
  double min;
  double max;
  double median;
  double mean;
  double stddev;  // of the sample; NaN for a single value
};

// `values`: at least one.
Sample sample_of(std::span<const double> values);

struct MetricComparison {
  std::string name;
  std::string unit;
  Sample a;
  Sample b;
  Estimate difference;  // of b minus a, pair by pair

  // The interval of the difference leaves out zero; where nothing is random, the difference is not zero.
  bool proven() const;
  double percent(double value) const;  // of the mean of a; NaN where that is zero
};

// A metric without a single pair of numbers is left out.
std::vector<MetricComparison> compare_metrics(const Experiment& a, const Experiment& b,
                                              std::span<const std::string> metrics);

}  // namespace ktlssim
