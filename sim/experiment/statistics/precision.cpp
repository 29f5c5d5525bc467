#include "sim/experiment/statistics/precision.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace ktlssim {

namespace {

constexpr std::size_t kLeastPart = 8;  // of the replications so far, that are added before the next look

double half_of(const Estimate& estimate) {
  return std::max(estimate.hi - estimate.mean, estimate.mean - estimate.lo);
}

}  // namespace

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

std::size_t replications_after(const MeasureParameters& measure, std::size_t n, const Summary& summary) {
  const std::size_t most = replications_after(measure, n);
  const std::size_t least = std::min(most, n + (n + kLeastPart - 1) / kLeastPart);
  double wanted = 0;
  for (const std::string& name : precision_metrics(measure)) {
    const Estimate* metric = summary.metric(name);
    if (metric == nullptr || metric->spread == Spread::single || metric->spread == Spread::growing) return most;
    const double times = half_of(*metric) / (measure.relative_precision * std::abs(metric->mean));
    wanted = std::max(wanted, static_cast<double>(n) * times * times);
  }
  if (!(wanted < static_cast<double>(most))) return most;
  return std::max(least, static_cast<std::size_t>(std::ceil(wanted)));
}

bool narrow(const Estimate& estimate, double relative, double scale) {
  if (estimate.spread == Spread::single || estimate.spread == Spread::growing) return false;
  return half_of(estimate) <= relative * std::abs(scale);
}

bool precise(const Summary& summary, const MeasureParameters& measure) {
  return std::ranges::all_of(precision_metrics(measure), [&](const std::string& name) {
    const Estimate* metric = summary.metric(name);
    return metric != nullptr && narrow(*metric, measure.relative_precision, metric->mean);
  });
}

}  // namespace ktlssim
