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
#include "sim/measure/latency_axis.hpp"
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
    ++counts_of_bins()[static_cast<std::size_t>(kLatencyBins.index(std::max(latency, Time{1})) + 1)];
  }
  void add(const LatencyCounts& counts);  // those of another histogram; the mean does not know of them
  void reset() {
    histogram_.reset();
    sum_ns_ = 0;
  }
  std::uint64_t count() const;
  double mean_us() const;  // NaN without records
  // The latency that a fraction `q` of the records does not exceed; NaN without records.
  double quantile_us(double q) const;
  LatencyCounts counts() const;
  // Upper end of every bin that holds anything, in us, with the fraction of records up to there.
  std::vector<std::pair<double, double>> cumulative() const;

 private:
  using Storage = boost::histogram::dense_storage<std::uint64_t>;
  // Of every bin, with those below and above all bins.
  Storage& counts_of_bins() { return boost::histogram::unsafe_access::storage(histogram_); }

  boost::histogram::histogram<std::tuple<LatencyAxis>, Storage> histogram_ =
      boost::histogram::make_histogram_with(Storage(), latency_axis());
  double sum_ns_ = 0;
};

}  // namespace ktlssim
