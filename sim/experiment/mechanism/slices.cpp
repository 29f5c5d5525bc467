#include "sim/experiment/mechanism/slices.hpp"

namespace ktlssim {

TwinCounts& TwinCounts::operator+=(const TwinCounts& other) {
  ns += other.ns;
  left_over_ns += other.left_over_ns;
  records += other.records;
  in_flight_ns += other.in_flight_ns;
  interrupts += other.interrupts;
  engines_ns += other.engines_ns;
  return *this;
}

TwinCounts TwinCounts::operator-(const TwinCounts& before) const {
  return {ns - before.ns,
          left_over_ns - before.left_over_ns,
          records - before.records,
          in_flight_ns - before.in_flight_ns,
          interrupts - before.interrupts,
          engines_ns - before.engines_ns};
}

void TwinSlices::begin(std::int64_t now_ns, const TwinCounts& counts) {
  begin_ns_ = now_ns;
  at_begin_ = counts;
  clean_ = now_ns >= settled_ns_;
}

// A slice that has not come to its end when the count stops is none.
void TwinSlices::cut(std::int64_t now_ns) {
  const bool counting = counting_;
  if (open_ && counting && now_ns - begin_ns_ < kSliceNs) return;
  if (!counting) {
    open_ = false;
    return;
  }
  TwinCounts counts = counts_();
  counts.ns = static_cast<double>(now_ns);
  if (open_) {
    ++slices_;
    if (clean_) {
      ++undisturbed_;
      sum_ += counts - at_begin_;
    }
  }
  open_ = true;
  begin(now_ns, counts);
}

}  // namespace ktlssim
