// The measured part of a run; device times are clipped to it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/units.hpp"

namespace ktlssim {

struct Window {
  Time begin{0};
  Time end{0};

  std::int64_t overlap_ns(Time from, Time to) const {
    return std::max<std::int64_t>(0, (std::min(to, end) - std::max(from, begin)).count());
  }
};

}  // namespace ktlssim
