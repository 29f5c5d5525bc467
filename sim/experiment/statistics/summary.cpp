#include "sim/experiment/statistics/summary.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <map>

#include "sim/experiment/statistics/mean.hpp"
#include "sim/measure/latency_histogram.hpp"

namespace ktlssim {

namespace {

// Half the width of the 95 % confidence interval of `centre`.
double half_width(std::span<const double> values, double centre) {
  constexpr double kTail = 0.025;
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  const double n = static_cast<double>(values.size());
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1), kTail));
  return t * std::sqrt(squares / (n - 1) / n);
}

// Values by key, keys in the order of their first appearance.
template <class Key, class Value>
class Gathered {
 public:
  Value& at(const Key& key) {
    const auto [found, is_new] = index_.emplace(key, items_.size());
    if (is_new) items_.emplace_back(key, Value{});
    return items_[found->second].second;
  }
  const std::vector<std::pair<Key, Value>>& items() const { return items_; }

 private:
  std::map<Key, std::size_t> index_;
  std::vector<std::pair<Key, Value>> items_;
};

struct MetricValues {
  std::string unit;
  std::vector<double> values;
};

// The interval of a quantity that is not negative, or at most 1 or 100 %, ends there.
Estimate possible(Estimate e, std::span<const double> values) {
  if (e.spread != Spread::interval) return e;
  const double most = e.unit == "%" ? 100 : e.unit == "1" ? 1 : std::numeric_limits<double>::infinity();
  const auto [least_seen, most_seen] = std::ranges::minmax(values);
  if (least_seen >= 0) e.lo = std::max(e.lo, 0.0);
  if (most_seen <= most) e.hi = std::min(e.hi, most);
  return e;
}

// A tail's quantile of too few records is too low, the more so the fewer: neighbouring replications are taken together
// until so many of their records lie beyond it. What lies beyond p99 comes in clusters, of which most replications have
// none: they agree with each other more than with the truth, and only two halves of them are told apart honestly.
std::vector<double> quantiles_of_batches(std::span<const RunResult* const> done, double q,
                                         const LatencyHistogram& all) {
  constexpr double kLeastBeyond = 20;
  constexpr double kFarthest = 0.99;
  constexpr std::size_t kHalves = 2;
  const auto beyond = static_cast<std::size_t>(static_cast<double>(all.count()) * (1 - q) / kLeastBeyond);
  const std::size_t batches = std::min({done.size(), beyond, q > kFarthest ? kHalves : done.size()});
  std::vector<double> quantiles_us;
  for (std::size_t batch = 0; batch < batches; ++batch) {
    LatencyHistogram latency;
    for (std::size_t i = batch * done.size() / batches; i < (batch + 1) * done.size() / batches; ++i)
      latency.add(done[i]->latency);
    if (latency.count() > 0) quantiles_us.push_back(latency.quantile_us(q));
  }
  return quantiles_us;
}

// Its interval is about the quantile of all records; without one where the records are too few.
Estimate estimate_tail(const std::string& name, const MetricValues& gathered, double q, bool random,
                       std::span<const RunResult* const> done, const LatencyHistogram& latency) {
  const std::vector<double> batches = quantiles_of_batches(done, q, latency);
  Estimate e = estimate_about(latency.quantile_us(q), name, gathered.unit, batches, random);
  if (batches.empty()) e = estimate_about(latency.quantile_us(q), name, gathered.unit, {gathered.values.data(), 1}, random);
  e.n = gathered.values.size();
  return e;
}

void add_metrics(std::span<const RunResult* const> done, const LatencyHistogram& latency, Summary& summary) {
  Gathered<std::string, MetricValues> metrics;
  for (const RunResult* result : done) {
    for (const Metric& metric : result->metrics) {
      MetricValues& gathered = metrics.at(metric.name);
      gathered.unit = metric.unit;
      if (std::isfinite(metric.value)) gathered.values.push_back(metric.value);
    }
  }
  const bool random =
      std::any_of(done.begin(), done.end(), [](const RunResult* result) { return result->random; });
  for (const auto& [name, gathered] : metrics.items()) {
    const auto* quantile = std::ranges::find(kLatencyQuantiles, name, [](const auto& q) { return q.first; });
    const bool tail = random && quantile != kLatencyQuantiles.end() && quantile->second > 0.5;
    if (tail && !gathered.values.empty()) {
      summary.metrics.push_back(
          possible(estimate_tail(name, gathered, quantile->second, random, done, latency), gathered.values));
      continue;
    }
    const double centre = quantile == kLatencyQuantiles.end() ? mean_of(gathered.values)
                                                              : latency.quantile_us(quantile->second);
    summary.metrics.push_back(
        possible(estimate_about(centre, name, gathered.unit, gathered.values, random), gathered.values));
  }
}

void add_cpu(std::span<const RunResult* const> done, Summary& summary) {
  Gathered<std::array<std::string, 3>, double> rows;
  for (const RunResult* result : done)
    for (const CpuRow& row : result->cpu)
      rows.at({row.thread, row.thread_class, row.function}) += static_cast<double>(row.busy_ns);
  for (const auto& [key, busy_ns] : rows.items())
    summary.cpu.push_back({key[0], key[1], key[2], busy_ns / static_cast<double>(done.size())});
}

void add_resources(std::span<const RunResult* const> done, Summary& summary) {
  Gathered<std::string, std::vector<const Resource*>> resources;
  for (const RunResult* result : done)
    for (const Resource& resource : result->resources) resources.at(resource.name).push_back(&resource);
  const double n = static_cast<double>(done.size());
  for (const auto& [name, seen] : resources.items()) {
    Resource mean = *seen.front();
    mean.utilization = 0;
    double demands_us = 0;
    double without_demand = 0;  // that have no record
    for (const Resource* resource : seen) {
      mean.utilization += resource->utilization / n;
      if (std::isnan(resource->demand_us))
        ++without_demand;
      else
        demands_us += resource->demand_us;
    }
    mean.demand_us = n > without_demand ? demands_us / (n - without_demand) : kNaN;
    summary.resources.push_back(std::move(mean));
  }
}

void add_cpus(std::span<const RunResult* const> done, Summary& summary) {
  for (const RunResult* result : done) {
    summary.cpu_busy_ns.resize(std::max(summary.cpu_busy_ns.size(), result->cpu_busy_ns.size()));
    for (std::size_t i = 0; i < result->cpu_busy_ns.size(); ++i)
      summary.cpu_busy_ns[i] += static_cast<double>(result->cpu_busy_ns[i]) / static_cast<double>(done.size());
  }
}

void add_findings(std::span<const RunResult* const> done, Summary& summary) {
  for (const RunResult* result : done)
    for (const std::string& finding : result->findings)
      if (std::ranges::find(summary.findings, finding) == summary.findings.end())
        summary.findings.push_back(finding);
}

}  // namespace

Estimate estimate(std::string name, std::string unit, std::span<const double> values, bool random) {
  return estimate_about(mean_of(values), std::move(name), std::move(unit), values, random);
}

Estimate estimate_about(double centre, std::string name, std::string unit, std::span<const double> values,
                        bool random) {
  Estimate result{std::move(name), std::move(unit),      centre, centre, centre,
                  values.size(),   Spread::deterministic};
  if (values.empty()) {
    result.mean = result.lo = result.hi = kNaN;
    if (random) result.spread = Spread::single;
  } else if (!random) {
    result.mean = result.lo = result.hi = values.front();
  } else if (values.size() == 1) {
    result.spread = Spread::single;
  } else {
    const double half = half_width(values, centre);
    result.spread = Spread::interval;
    result.lo = centre - half;
    result.hi = centre + half;
  }
  return result;
}

const Estimate* Summary::metric(std::string_view name) const {
  const auto found = std::find_if(metrics.begin(), metrics.end(),
                                  [&](const Estimate& metric) { return metric.name == name; });
  return found == metrics.end() ? nullptr : &*found;
}

const Resource* Summary::bottleneck() const {
  const auto as_seen = [](const Resource& r) {
    if (r.kind == "single_cpu") return r.utilization - kHardwareFirst;
    return r.utilization + (r.kind == "cpu" || r.kind == "thread" ? 0 : kHardwareFirst);
  };
  const auto highest =
      std::max_element(resources.begin(), resources.end(),
                       [&as_seen](const Resource& a, const Resource& b) { return as_seen(a) < as_seen(b); });
  return highest == resources.end() ? nullptr : &*highest;
}

Summary summarize(std::span<const RunResult> results) {
  std::vector<const RunResult*> done;
  for (const RunResult& result : results)
    if (result.status == RunStatus::done) done.push_back(&result);
  Summary summary;
  summary.done = done.size();
  if (done.empty()) return summary;

  LatencyHistogram latency;
  for (const RunResult* result : done) latency.add(result->latency);
  summary.latency_cdf = latency.cumulative();
  add_metrics(done, latency, summary);
  Gathered<std::string, double> counters;
  for (const RunResult* result : done)
    for (const auto& [name, value] : result->counters) counters.at(name) += static_cast<double>(value);
  for (const auto& [name, sum] : counters.items())
    summary.counters.emplace_back(name, sum / static_cast<double>(done.size()));
  add_cpu(done, summary);
  add_cpus(done, summary);
  add_resources(done, summary);
  add_findings(done, summary);
  return summary;
}

}  // namespace ktlssim
