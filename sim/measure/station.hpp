// The places on a record's way, measured. Each counts who is inside over time, and each record keeps
// when it entered, so that Little's law (time-averaged number inside = arrivals x mean stay) can be checked
// on every run.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sim/measure/listener.hpp"
#include "sim/measure/place.hpp"

namespace ktlssim {

class Station {
 public:
  void enter(Time& since, Time now) {
    since = now;
    offset_ns_ -= (now - began_).count();
    max_ = std::max(max_, ++level_);
  }
  void leave(Time& since, Time now) {
    stays_ns_ += stay_ns(since, now);
    since = kNever;
    offset_ns_ += (now - began_).count();
    --level_;
  }
  // Measures from now on; the part of a stay before does not count.
  void reset(Time now) {
    began_ = now;
    offset_ns_ = stays_ns_ = 0;
    max_ = level_;
  }

  std::int64_t level() const { return level_; }
  std::int64_t max() const { return max_; }
  double mean(Time now) const {
    const auto span = static_cast<double>((now - began_).count());
    return span > 0 ? static_cast<double>(area_ns(now)) / span : 0;
  }

  // Both sides of Little's law, in records x ns: the number inside integrated over time, ...
  std::int64_t area_ns(Time now) const { return offset_ns_ + level_ * (now - began_).count(); }
  // ... and the stays of those that left. stay_ns() of each that is still inside is to be added.
  std::int64_t stays_ns() const { return stays_ns_; }
  std::int64_t stay_ns(Time since, Time now) const { return (now - std::max(since, began_)).count(); }

 private:
  std::int64_t level_ = 0;
  std::int64_t max_ = 0;
  std::int64_t offset_ns_ = 0;  // of the area from what the present level, always held, would make
  std::int64_t stays_ns_ = 0;
  Time began_{0};
};

// The stations of all places.
class Stations {
 public:
  void enter(Stays& stays, Place place, Time now) {
    at(place).enter(since(stays, place), now);
    if (listener != nullptr) listener->entered(stays, place, at(place).level(), now);
  }
  // No-op if the record is not at that place.
  void leave(Stays& stays, Place place, Time now) {
    Time& entered = since(stays, place);
    if (entered == kNever) return;
    at(place).leave(entered, now);
    if (listener != nullptr) listener->left(stays, place, at(place).level(), now);
  }
  void reset(Time now) {
    for (Station& station : stations_) station.reset(now);
  }
  const Station& of(Place place) const { return stations_[static_cast<std::size_t>(place)]; }

  Listener* listener = nullptr;  // if any

 private:
  Station& at(Place place) { return stations_[static_cast<std::size_t>(place)]; }
  static Time& since(Stays& stays, Place place) { return stays.since[static_cast<std::size_t>(place)]; }

  std::array<Station, kPlaceNames.size()> stations_;
};

}  // namespace ktlssim
