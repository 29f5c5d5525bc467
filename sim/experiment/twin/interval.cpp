#include "sim/experiment/twin/interval.hpp"

#include <algorithm>
#include <utility>

#include "sim/experiment/calibrate/thread_costs.hpp"

namespace ktlssim {

TwinInterval interval_of(std::vector<double> values) {
  const MeasuredCost cost = cost_of("", "", std::move(values));
  return {cost.value, cost.low, cost.high};
}

TwinInterval around(double value, const TwinInterval& interval) {
  return {value, std::min(value, interval.low), std::max(value, interval.high)};
}

}  // namespace ktlssim
