// Bins of durations: steps of one per cent from 1 ns to 100 s. The bin of a duration is looked up rather than
// computed from its logarithm, which would cost more than all else that is measured of a record.
#pragma once

#include <array>
#include <bit>
#include <boost/histogram/axis/regular.hpp>
#include <cstddef>
#include <cstdint>

#include "models/units.hpp"

namespace ktlssim {

using LatencyAxis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;
inline LatencyAxis latency_axis() { return {2533, 1.0, 1e11}; }

class LatencyBins {
 public:
  LatencyBins();

  // As latency_axis().index(): -1 for what is shorter than all bins, their number for what is longer.
  int index(Time duration) const {
    const std::int64_t ns = duration.count();
    if (ns < 1 || ns >= kEnd_ns) [[unlikely]]
      return ns < 1 ? -1 : end_;
    const Cell& cell = cells_[cell_of(ns)];
    return cell.index + (ns >= cell.next_from_ns ? 1 : 0);
  }

 private:
  // Numbers with the same exponent and the same seven bits after the leading one differ by less than one per
  // cent: at most one bin begins among them.
  static constexpr unsigned kBits = 7;
  static constexpr unsigned kOctaves = 37;
  static constexpr std::int64_t kEnd_ns = std::int64_t{1} << kOctaves;
  struct Cell {
    std::int64_t next_from_ns;  // where the next bin begins
    int index;                  // of the bin before
  };

  static std::size_t cell_of(std::int64_t ns) {
    constexpr std::uint64_t kExponentOfOne = 1023;
    return (std::bit_cast<std::uint64_t>(static_cast<double>(ns)) >> (52 - kBits)) -
           (kExponentOfOne << kBits);
  }

  std::array<Cell, kOctaves << kBits> cells_;
  int end_;
};

// Made when the program starts, so that processes forked later have it.
extern const LatencyBins kLatencyBins;

}  // namespace ktlssim
