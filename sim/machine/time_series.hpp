// The course of a run: the measured time in equal steps.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "models/units.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

// Looks at a kernel, and changes nothing in it. To be there before anything runs, since devices book ahead.
class TimeSeries {
 public:
  TimeSeries(Kernel& k, std::size_t steps);

  void start();       // at the begin of the measured time
  Time next() const;  // when the step under way ends
  bool last() const;  // whether it is the last one
  void look();        // at next()
  std::vector<SeriesStep> take() { return std::move(series_); }

 private:
  struct Level {
    Time now{0};
    std::int64_t bytes = 0;
    std::int64_t busy_ns = 0;
    std::int64_t in_flight_area_ns = 0;
  };
  Level level() const;

  Kernel& k_;
  double engines_ = 0;
  Level before_;
  std::vector<SeriesStep> series_;
};

}  // namespace ktlssim
