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
      if (from < last_begin_ || from >= last_end_) look_up(from);
      const Time until = std::min(to, last_end_);
      busy_ns_[last_] += (until - from).count();
      from = until;
    }
  }
  std::int64_t ns(std::size_t step) const { return busy_ns_[step]; }
  Time end(std::size_t step) const {
    return step + 1 == busy_ns_.size() ? end_ : begin_ + step_ * static_cast<std::int64_t>(step + 1);
  }
  std::size_t steps() const { return busy_ns_.size(); }

 private:
  void look_up(Time time) {
    last_ = std::min(busy_ns_.size() - 1, static_cast<std::size_t>((time - begin_) / step_));
    last_begin_ = begin_ + step_ * static_cast<std::int64_t>(last_);
    last_end_ = end(last_);
  }

  Time begin_{0};
  Time end_{0};
  Time step_{1};
  // The step of the last call: the next is mostly in the same.
  std::size_t last_ = 0;
  Time last_begin_{0};
  Time last_end_{0};
  std::vector<std::int64_t> busy_ns_;
};

}  // namespace ktlssim
