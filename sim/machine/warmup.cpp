#include "sim/machine/warmup.hpp"

#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <boost/accumulators/statistics/variance.hpp>
#include <limits>
#include <vector>

namespace ktlssim {

std::optional<std::size_t> mser5(std::span<const double> observations) {
  namespace acc = boost::accumulators;
  constexpr std::size_t kBatch = 5;
  constexpr std::size_t kFewest = 5;  // batches a mean is of: the last ones alone may agree by chance
  std::vector<double> batches;
  for (std::size_t i = 0; i + kBatch <= observations.size(); i += kBatch) {
    double sum = 0;
    for (const double value : observations.subspan(i, kBatch)) sum += value;
    batches.push_back(sum / kBatch);
  }
  if (batches.size() < 2) return std::nullopt;
  // From the end, so that the batches of every truncation are those of the last one and one more.
  acc::accumulator_set<double, acc::stats<acc::tag::variance>> rest;
  double least = std::numeric_limits<double>::infinity();
  std::size_t deleted = 0;
  for (std::size_t first = batches.size(); first-- > 0;) {
    rest(batches[first]);
    const auto n = static_cast<double>(acc::count(rest));
    // What rounding makes of equal observations is no variance.
    const double rounding = 8 * std::numeric_limits<double>::epsilon() * acc::mean(rest);
    const double variance = acc::variance(rest);
    const double statistic = variance > rounding * rounding ? variance / n : 0;
    if (batches.size() - first < kFewest && first > 0) continue;
    if (statistic > least) continue;
    least = statistic;
    deleted = first;
  }
  if (2 * deleted > batches.size()) return std::nullopt;
  return kBatch * deleted;
}

}  // namespace ktlssim
