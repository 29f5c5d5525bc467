// A value of the twin, and between what others like it lie.
#pragma once

#include <vector>

namespace ktlssim {

struct TwinInterval {
  double value = 0;
  double low = 0;
  double high = 0;
};
// The median of values, and between what the middle four fifths of them lie.
TwinInterval interval_of(std::vector<double> values);
// `value` with the range of `interval`, widened to hold it.
TwinInterval around(double value, const TwinInterval& interval);

}  // namespace ktlssim
