#include "sim/measure/latency_axis.hpp"

#include <cmath>

namespace ktlssim {

LatencyBins::LatencyBins() {
  const LatencyAxis axis = latency_axis();
  end_ = axis.size();
  // The first duration of a bin: its edge is computed with rounding, the first integer beyond it is certain.
  const auto first_ns = [&axis, this](int bin) {
    if (bin > end_) return kEnd_ns;
    std::int64_t ns = std::llround(axis.bin(bin).lower());
    while (ns > 1 && axis.index(static_cast<double>(ns - 1)) >= bin) --ns;
    while (axis.index(static_cast<double>(ns)) < bin) ++ns;
    return ns;
  };
  int bin = 0;
  std::int64_t next_ns = first_ns(1);
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const double lowest = std::ldexp(1 + std::ldexp(static_cast<double>(i % (1U << kBits)), -int{kBits}),
                                     static_cast<int>(i >> kBits));
    for (; static_cast<double>(next_ns) <= std::ceil(lowest); next_ns = first_ns(bin + 1)) ++bin;
    cells_[i] = {next_ns, bin};
  }
}

const LatencyBins kLatencyBins;

}  // namespace ktlssim
