// Two experiments with common random numbers, compared replication by replication.
//
// Replication i of one and replication i of the other draw the same random numbers, so their difference
// varies less than either of them. Pairs of which one run is not done are left out of both. Where the seeds differ
// there are no pairs: every run that is done counts, and the interval is Welch's.
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
  Estimate difference;  // of b minus a

  // The interval of the difference leaves out zero; where nothing is random, the difference is not zero.
  bool proven() const;
  double percent(double value) const;  // of the mean of a; NaN where that is zero
};

enum class Pairing { paired, unpaired };

// How much of the time each of `comparisons` intervals must hold its difference so that all do in 95 % (Bonferroni).
double simultaneous_level(std::size_t comparisons);

// A metric without a single pair of numbers is left out.
std::vector<MetricComparison> compare_metrics(const Experiment& a, const Experiment& b,
                                              std::span<const std::string> metrics, Pairing pairing = Pairing::paired,
                                              double level = simultaneous_level(1));

}  // namespace ktlssim
