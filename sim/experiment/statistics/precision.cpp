#include "sim/experiment/statistics/precision.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ktlssim {

std::vector<std::string> precision_metrics(const MeasureParameters& measure) {
  std::istringstream words(measure.precision_metrics);
  std::vector<std::string> names;
  for (std::string word; words >> word;) names.push_back(word);
  return names;
}

std::size_t replications_after(const MeasureParameters& measure, std::size_t n) {
  const auto first = static_cast<std::size_t>(measure.min_replications);
  const auto last = static_cast<std::size_t>(measure.max_replications);
  return std::min(last, std::max(first, n + (n + 1) / 2));
}

bool narrow(const Estimate& estimate, double relative, double scale) {
  if (estimate.spread == Spread::single || estimate.spread == Spread::growing) return false;
  return std::max(estimate.hi - estimate.mean, estimate.mean - estimate.lo) <= relative * std::abs(scale);
}

bool precise(const Summary& summary, const MeasureParameters& measure) {
  return std::ranges::all_of(precision_metrics(measure), [&](const std::string& name) {
    const Estimate* metric = summary.metric(name);
    return metric != nullptr && narrow(*metric, measure.relative_precision, metric->mean);
  });
}

}  // namespace ktlssim
