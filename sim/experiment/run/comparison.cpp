#include "sim/experiment/run/comparison.hpp"

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <cmath>

#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/statistics/two_samples.hpp"

namespace ktlssim {

namespace {

struct Pairs {
  std::string unit;
  bool random = false;
  std::vector<double> a;
  std::vector<double> b;
};

const Metric* finite_metric(const RunResult& run, const std::string& name) {
  const Metric* const metric = run.metric(name);
  return metric != nullptr && std::isfinite(metric->value) ? metric : nullptr;
}

void add_pair(const RunResult& a, const RunResult& b, const std::string& name, Pairs& pairs) {
  if (a.status != RunStatus::done || b.status != RunStatus::done) return;
  const Metric* const in_a = finite_metric(a, name);
  const Metric* const in_b = finite_metric(b, name);
  if (in_a == nullptr || in_b == nullptr) return;
  pairs.unit = in_a->unit;
  pairs.random = pairs.random || a.random || b.random;
  pairs.a.push_back(in_a->value);
  pairs.b.push_back(in_b->value);
}

void add_values(const Experiment& experiment, const std::string& name, Pairs& pairs, std::vector<double>& values) {
  for (const Replication& run : experiment.runs) {
    const Metric* const metric = run.result.status == RunStatus::done ? finite_metric(run.result, name) : nullptr;
    if (metric == nullptr) continue;
    pairs.unit = metric->unit;
    pairs.random = pairs.random || run.result.random;
    values.push_back(metric->value);
  }
}

Pairs samples_of(const Experiment& a, const Experiment& b, const std::string& name) {
  Pairs samples;
  add_values(a, name, samples, samples.a);
  add_values(b, name, samples, samples.b);
  return samples;
}

Estimate difference_of(const std::string& name, const Pairs& pairs, Pairing pairing, double level) {
  const DifferenceInterval d = pairing == Pairing::paired ? paired_difference(pairs.a, pairs.b, level, pairs.random)
                                                          : welch_difference(pairs.a, pairs.b, level, pairs.random);
  const Spread spread = !pairs.random ? Spread::deterministic : d.known ? Spread::interval : Spread::single;
  return {name, pairs.unit, d.mean, d.known ? d.lo : d.mean, d.known ? d.hi : d.mean, std::min(pairs.a.size(), pairs.b.size()), spread};
}

Pairs pairs_of(const Experiment& a, const Experiment& b, const std::string& name) {
  Pairs pairs;
  auto other = b.runs.begin();
  for (const Replication& run : a.runs) {
    while (other != b.runs.end() && other->number < run.number) ++other;
    if (other == b.runs.end()) break;
    if (other->number == run.number) add_pair(run.result, other->result, name, pairs);
  }
  return pairs;
}

}  // namespace

Sample sample_of(std::span<const double> values) {
  namespace statistics = boost::math::statistics;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double stddev = sorted.size() > 1 ? std::sqrt(statistics::sample_variance(sorted)) : kNaN;
  return {.n = sorted.size(),
          .min = sorted.front(),
          .max = sorted.back(),
          .median = statistics::median(sorted),
          .mean = statistics::mean(sorted),
          .stddev = stddev};
}

bool MetricComparison::proven() const {
  if (difference.spread == Spread::single || difference.spread == Spread::growing) return false;
  return difference.lo > 0 || difference.hi < 0;
}

double MetricComparison::percent(double value) const {
  return a.mean == 0 ? kNaN : 100 * value / std::abs(a.mean);
}

double simultaneous_level(std::size_t comparisons) {
  constexpr double kWrong = 0.05;
  return 1 - kWrong / static_cast<double>(std::max<std::size_t>(1, comparisons));
}

std::vector<MetricComparison> compare_metrics(const Experiment& a, const Experiment& b,
                                              std::span<const std::string> metrics, Pairing pairing, double level) {
  std::vector<MetricComparison> compared;
  for (const std::string& name : metrics) {
    const Pairs pairs = pairing == Pairing::paired ? pairs_of(a, b, name) : samples_of(a, b, name);
    if (pairs.a.empty() || pairs.b.empty()) continue;
    compared.push_back({name, pairs.unit, sample_of(pairs.a), sample_of(pairs.b), difference_of(name, pairs, pairing, level)});
    Estimate& difference = compared.back().difference;
    if (!is_of_backlog(name) || (!a.steadiness.backlog_grows && !b.steadiness.backlog_grows)) continue;
    difference.spread = Spread::growing;
    difference.lo = difference.hi = difference.mean;
  }
  return compared;
}

}  // namespace ktlssim
