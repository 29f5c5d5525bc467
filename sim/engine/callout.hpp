// callout(9): a timer that is set and stopped far more often than it goes off. It has at most one event in
// the calendar, which moves on to the date that holds by the time it fires.
#pragma once

#include <utility>

#include "models/units.hpp"

namespace ktlssim {

class Callout {
 public:
  // Is to go off at `date`, which is no earlier than any before. Returns whether its event must be put into
  // the calendar, at `date`.
  bool reset(Time date) {
    date_ = date;
    return !std::exchange(has_event_, true);
  }
  void stop() { date_ = kNever; }
  // callout_active(9): it has been set, and neither stopped nor gone off.
  bool active() const { return date_ != kNever; }

  // Its event fires. Returns the date: now if it goes off; a later one, at which the event must be put into
  // the calendar again; kNever where it has been stopped.
  Time fire(Time now) {
    const Time date = date_;
    has_event_ = date > now && date != kNever;
    if (!has_event_) date_ = kNever;
    return date;
  }

 private:
  Time date_ = kNever;
  bool has_event_ = false;
};

}  // namespace ktlssim
