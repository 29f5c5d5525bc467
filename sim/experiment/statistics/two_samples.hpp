// What differs between two samples, with an interval of any level.
#pragma once

#include <cstddef>
#include <span>

namespace ktlssim {

struct DifferenceInterval {
  double mean;  // of the second minus the first; NaN where a sample is empty
  double lo;    // both equal to mean where nothing is random, ...
  double hi;
  bool known;  // ... and infinite where one value of a sample alone is not enough to tell
};

// `level`: how much of the time the interval is to hold the difference, 0.95 for example. Pair by pair, of the first
// values of both (Student's t).
DifferenceInterval paired_difference(std::span<const double> a, std::span<const double> b, double level, bool random);
// Of samples that have nothing to do with each other, of unequal variances (Welch's t).
DifferenceInterval welch_difference(std::span<const double> a, std::span<const double> b, double level, bool random);

}  // namespace ktlssim
