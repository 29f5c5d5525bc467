#include "sim/measure/latency_axis.hpp"

#include <cmath>

namespace ktlssim {

LatencyBins::LatencyBins() {
  const LatencyAxis axis = latency_axis();
  end_ = axis.size();
  const auto index = [&axis](std::int64_t ns) { return axis.index(static_cast<double>(ns)); };
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const double lowest = std::ldexp(1 + std::ldexp(static_cast<double>(i % (1U << kBits)), -int{kBits}),
                                     static_cast<int>(i >> kBits));
    Cell& cell = cells_[i];
    cell.index = axis.index(lowest);
    // The edge is computed with rounding; the first integer beyond it is found for certain.
    cell.next_from_ns = cell.index < end_ ? std::llround(axis.bin(cell.index).upper()) : kEnd_ns;
    while (cell.next_from_ns > 1 && index(cell.next_from_ns - 1) > cell.index) --cell.next_from_ns;
    while (cell.next_from_ns < kEnd_ns && index(cell.next_from_ns) <= cell.index) ++cell.next_from_ns;
  }
}

const LatencyBins kLatencyBins;

}  // namespace ktlssim
