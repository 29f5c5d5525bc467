#include "sim/measure/recorder.hpp"

#include <cmath>

namespace ktlssim {

// Interpolated within its bin on the logarithmic axis.
double LatencyHistogram::quantile_us(double q) const {
  if (count_ == 0) return 0;
  const double wanted = q * static_cast<double>(count_);
  double below = 0;
  for (const auto& bin : boost::histogram::indexed(histogram_, boost::histogram::coverage::all)) {
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

void Recorder::reset(Time now) {
  stations.reset(now);
  for (Gauge* const gauge : {&states, &buffer_bytes}) gauge->reset(now);
  window_delivered_bytes_.clear();
  window_ready_ = window_ready_bytes_ = window_failed_ = window_acknowledged_bytes_ = 0;
  interrupts_ = aborted_ = 0;
  latency_.reset();
}

}  // namespace ktlssim
