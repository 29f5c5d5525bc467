// A way that nobody overtakes on: what enters it leaves in the same order, each at its own time. However much
// is under way, only the first stands in the calendar, at the place that it got when it entered.
#pragma once

#include <cassert>
#include <cstdint>

#include "models/units.hpp"
#include "sim/engine/calendar.hpp"
#include "sim/engine/ring.hpp"

namespace ktlssim {

// Calls (object.*Method)(tag) for each that leaves, and (object.*Ahead)(tag) for the one that is first then: a hint
// that it is next.
template <auto Method, class T, auto Ahead = nullptr>
class DelayLine {
 public:
  DelayLine(Calendar& calendar, T& object) : calendar_(calendar), object_(object) {}
  DelayLine(const DelayLine&) = delete;
  DelayLine& operator=(const DelayLine&) = delete;

  // Precondition: `leaves` is no earlier than that of any before.
  void enter(Time leaves, std::uint64_t tag) {
    assert(under_way_.empty() || leaves >= under_way_.back().leaves.time);
    const Calendar::Slot slot = calendar_.reserve(leaves, Rank::hardware);
    Item& item = under_way_.push_back();
    item.leaves.time = slot.time;
    item.leaves.order = slot.order;
    item.tag = tag;
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
    if (!under_way_.empty()) {
      wait_for_first();
      if constexpr (Ahead != nullptr) (object_.*Ahead)(under_way_.front().tag);
    }
    (object_.*Method)(tag);
  }

  Calendar& calendar_;
  T& object_;
  Ring<Item> under_way_;
};

}  // namespace ktlssim
