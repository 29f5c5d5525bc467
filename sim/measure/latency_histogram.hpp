// Latencies of records, of which several replications can be merged.
#pragma once

#include <algorithm>
#include <array>
#include <boost/histogram.hpp>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "models/units.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// Metrics that are quantiles of the latency from `ktls_enqueue` to ready.
inline constexpr std::array<std::pair<std::string_view, double>, 3> kLatencyQuantiles{
    {{"latency_ready_us_p50", 0.5}, {"latency_ready_us_p99", 0.99}, {"latency_ready_us_p999", 0.999}}};

// Durations with quantiles of fixed relative error (half a per cent).
class LatencyHistogram {
 public:
  void add(Time latency) {
    sum_ns_ += static_cast<double>(latency.count());
    histogram_(std::max(1.0, static_cast<double>(latency.count())));
  }
  void add(const LatencyCounts& counts);  // those of another histogram; the mean does not know of them
  void reset() {
    histogram_.reset();
    sum_ns_ = 0;
  }
  std::uint64_t count() const;
  double mean_us() const;
  // The latency that a fraction `q` of the records does not exceed; 0 without records.
  double quantile_us(double q) const;
  LatencyCounts counts() const;
  // Upper end of every bin that holds anything, in us, with the fraction of records up to there.
  std::vector<std::pair<double, double>> cumulative() const;

 private:
  static constexpr int kBins = 2533;  // 1 ns to 100 s in steps of one per cent
  using Axis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;
  boost::histogram::histogram<std::tuple<Axis>, boost::histogram::dense_storage<std::uint64_t>> histogram_ =
      boost::histogram::make_histogram_with(boost::histogram::dense_storage<std::uint64_t>(),
                                            Axis(kBins, 1.0, 1e11));
  double sum_ns_ = 0;
};

}  // namespace ktlssim
