// The plain mean, and what stands where there is none.
#pragma once

#include <limits>
#include <numeric>
#include <span>

namespace ktlssim {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// NaN of no values.
inline double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace ktlssim
