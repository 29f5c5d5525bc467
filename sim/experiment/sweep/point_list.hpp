// The points of a sweep, held in some ten bytes each: there may be a hundred thousand, every run is a fork of the process
// that holds them, and a fork takes longer the larger its parent is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// Without its scenario, which is larger still: Sweep::scenario() makes it.
struct SweepPoint {
  std::vector<Json> values;  // in the order of Sweep::parameters
  std::int64_t seed = 0;
  // How many replications: relative_precision, precision_metrics, min_ and max_replications, of which the last two are equal
  // where the number is fixed. Nothing else of it is kept.
  MeasureParameters measure{};
};

class PointList {
 public:
  void add(const SweepPoint& point);
  // Made anew each time.
  SweepPoint operator[](std::size_t point) const;
  std::size_t size() const { return ends_.size(); }
  bool empty() const { return ends_.empty(); }

 private:
  std::string rows_;  // seed, values, and what ends its replications where that differs from the first point's; as CBOR
  std::vector<std::size_t> ends_;  // of the rows
  Json first_stopping_;
};

}  // namespace ktlssim
