// A way that nobody overtakes on: what enters it leaves in the same order, each at its own time. However much
// is under way, only the first stands in the calendar, at the place that it got when it entered.
#pragma once

#include <cassert>
#include <cstdint>
#include <deque>

#include "models/units.hpp"
#include "sim/engine/calendar.hpp"

namespace ktlssim {

// Calls (object.*Method)(tag) for each that leaves.
template <auto Method, class T>
class DelayLine {
 public:
  DelayLine(Calendar& calendar, T& object) : calendar_(calendar), object_(object) {}
  DelayLine(const DelayLine&) = delete;
  DelayLine& operator=(const DelayLine&) = delete;

  // Precondition: `leaves` is no earlier than that of any before.
  void enter(Time leaves, std::uint64_t tag) {
    assert(under_way_.empty() || leaves >= under_way_.back().leaves.time);
    under_way_.push_back({calendar_.reserve(leaves, Rank::hardware), tag});
    if (under_way_.size() == 1) wait_for_first();
  }

 private:
  struct Item {
    Calendar::Slot leaves;
    std::uint64_t tag;
  };

  void wait_for_first() { calendar_.call_at<&DelayLine::leave>(under_way_.front().leaves, this); }
  void leave(std::uint64_t) {
    const std::uint64_t tag = under_way_.front().tag;
    under_way_.pop_front();
    if (!under_way_.empty()) wait_for_first();
    (object_.*Method)(tag);
  }

  Calendar& calendar_;
  T& object_;
  std::deque<Item> under_way_;
};

}  // namespace ktlssim
