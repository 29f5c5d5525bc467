// Busy time of servers that is booked ahead, in equal steps of the measured time.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

class BusySteps {
 public:
  BusySteps() = default;
  // The last step takes what does not divide evenly.
  BusySteps(Time begin, Time end, std::size_t steps)
      : begin_(begin),
        end_(end),
        step_(std::max(Time{1}, (end - begin) / static_cast<std::int64_t>(steps))),
        busy_ns_(steps, 0) {}

  void add(Time from, Time to) {
    from = std::max(from, begin_);
    to = std::min(to, end_);
    while (from < to) {
      const std::size_t step =
          std::min(busy_ns_.size() - 1, static_cast<std::size_t>((from - begin_) / step_));
      const Time until = std::min(to, end(step));
      busy_ns_[step] += (until - from).count();
      from = until;
    }
  }
  std::int64_t ns(std::size_t step) const { return busy_ns_[step]; }
  Time end(std::size_t step) const {
    return step + 1 == busy_ns_.size() ? end_ : begin_ + step_ * static_cast<std::int64_t>(step + 1);
  }
  std::size_t steps() const { return busy_ns_.size(); }

 private:
  Time begin_{0};
  Time end_{0};
  Time step_{1};
  std::vector<std::int64_t> busy_ns_;
};

}  // namespace ktlssim
