#include "sim/measure/latency_histogram.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace ktlssim {

namespace bh = boost::histogram;

void LatencyHistogram::add(const LatencyCounts& counts) {
  for (const auto& [bin, count] : counts) histogram_.at(bin) += count;
}

std::uint64_t LatencyHistogram::count() const {
  return std::accumulate(histogram_.begin(), histogram_.end(), std::uint64_t{0});
}

double LatencyHistogram::mean_us() const {
  const auto records = static_cast<double>(count());
  return sum_ns_ / records / 1e3;
}

// Interpolated within its bin on the logarithmic axis.
double LatencyHistogram::quantile_us(double q) const {
  const double wanted = q * static_cast<double>(count());
  if (wanted == 0) return std::numeric_limits<double>::quiet_NaN();
  double below = 0;
  for (const auto& bin : bh::indexed(histogram_, bh::coverage::all)) {
    const auto here = static_cast<double>(*bin);
    if (here > 0 && below + here >= wanted) {
      const double lower = std::log(bin.bin(0).lower());
      const double upper = std::log(bin.bin(0).upper());
      return std::exp(lower + (upper - lower) * (wanted - below) / here) / 1e3;
    }
    below += here;
  }
  return std::numeric_limits<double>::infinity();
}

LatencyCounts LatencyHistogram::counts() const {
  LatencyCounts counts;
  for (const auto& bin : bh::indexed(histogram_, bh::coverage::all))
    if (*bin > 0) counts.emplace_back(bin.index(), *bin);
  return counts;
}

std::vector<std::pair<double, double>> LatencyHistogram::cumulative() const {
  const auto all = static_cast<double>(count());
  std::vector<std::pair<double, double>> points;
  double below = 0;
  for (const auto& bin : bh::indexed(histogram_, bh::coverage::all)) {
    if (*bin == 0) continue;
    below += static_cast<double>(*bin);
    points.emplace_back(bin.bin(0).upper() / 1e3, below / all);
  }
  return points;
}

}  // namespace ktlssim
