// What a thread is to spend before it next meets others, function by function.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "models/units.hpp"
#include "sim/kernel/function.hpp"

namespace ktlssim {

// Work in units of (nanoseconds at full speed) x 1e6, so that a speed of n parts per million does n units a
// nanosecond and rescaling is exact.
using Work = std::int64_t;
constexpr Work kWorkPerNs = 1'000'000;

// How long `work` takes at `speed`, to the next full nanosecond.
inline Time duration(Work work, std::int64_t speed) {
  // Dividing by a constant needs no division.
  if (speed == kWorkPerNs) [[likely]]
    return Time{(work + kWorkPerNs - 1) / kWorkPerNs};
  return Time{(work + speed - 1) / speed};
}

class Step {
 public:
  struct Part {
    Function function;
    Work work;
    Time needed;  // for the work, at the speed that it is planned for
  };

  bool empty() const { return first_ == end_; }
  bool full() const { return end_ == parts_.size(); }
  // For all parts. Each ends at a full nanosecond, as if it stood alone.
  Time needed() const { return needed_; }

  // Precondition: not full.
  void add(Function function, Work work, Time needed) {
    assert(!full());
    write(parts_[end_++], function, work, needed);
  }
  // At most one part at a time stands before those that were added.
  void add_before(Function function, Work work, Time needed) {
    write(parts_[--first_], function, work, needed);
  }
  // Precondition of both: not empty.
  const Part& front() const { return parts_[first_]; }
  void pop_front() {
    needed_ -= parts_[first_].needed;
    if (++first_ == end_) clear();
  }
  // Part of the first one is done.
  void shorten_front(Work done, Time took) {
    parts_[first_].work -= done;
    parts_[first_].needed -= took;
    needed_ -= took;
  }
  void clear() {
    first_ = end_ = kFirst;
    needed_ = kNoTime;
  }
  void plan_for(std::int64_t speed) {
    needed_ = kNoTime;
    for (std::size_t i = first_; i < end_; ++i) needed_ += parts_[i].needed = duration(parts_[i].work, speed);
  }

  const Part* begin() const { return parts_.data() + first_; }
  const Part* end() const { return parts_.data() + end_; }

 private:
  static constexpr std::size_t kFirst = 1;

  // Member by member: a copy as a whole would go through memory.
  void write(Part& part, Function function, Work work, Time needed) {
    part.function = function;
    part.work = work;
    part.needed = needed;
    needed_ += needed;
  }

  std::size_t first_ = kFirst;
  std::size_t end_ = kFirst;
  Time needed_{0};
  std::array<Part, 16> parts_;
};

}  // namespace ktlssim
