#include "models/bounds.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace ktlssim {

AsymptoticBounds asymptotic_bounds(const Demands& demands) {
  AsymptoticBounds bounds{};
  bounds.bottleneck.records_per_us = std::numeric_limits<double>::infinity();
  const auto lower_to = [&](const Limit& limit) {
    if (limit.records_per_us < bounds.bottleneck.records_per_us) bounds.bottleneck = limit;
  };
  for (const StationDemand& station : demands.stations) {
    bounds.stations.push_back({station.name, station.demand_us > 0
                                                 ? station.servers / station.demand_us
                                                 : std::numeric_limits<double>::infinity()});
    lower_to(bounds.stations.back());
  }
  const double stations_per_us = bounds.bottleneck.records_per_us;
  for (const Circulation& circulation : demands.circulations) {
    if (circulation.cycle_us <= 0) continue;
    const double allowed = circulation.customers / circulation.cycle_us;
    bounds.knees.push_back({circulation, allowed, circulation.cycle_us * stations_per_us});
    lower_to({circulation.name, allowed});
  }
  if (demands.offered_per_us) lower_to({std::string(kOfferedRate), *demands.offered_per_us});
  bounds.throughput_gbps =
      bounds.bottleneck.records_per_us * static_cast<double>(demands.payload_bytes) * 8 / 1e3;
  return bounds;
}

Limit mix_bound(const std::vector<Demands>& kinds) {
  Limit lowest{"", std::numeric_limits<double>::infinity()};
  for (const StationDemand& station : kinds.front().stations) {
    double most = 0;
    for (const Demands& kind : kinds) {
      const auto same = std::ranges::find(kind.stations, station.name, &StationDemand::name);
      most = std::max(most, same == kind.stations.end() || same->demand_us == 0
                                ? std::numeric_limits<double>::infinity()
                                : same->servers / same->demand_us);
    }
    if (most < lowest.records_per_us) lowest = {station.name, most};
  }
  Limit alone{"", 0};
  for (const Demands& kind : kinds) {
    const Limit limit = asymptotic_bounds(kind).bottleneck;
    if (alone.name.find(limit.name) == std::string::npos) alone.name += (alone.name.empty() ? "" : " + ") + limit.name;
    alone.records_per_us += limit.records_per_us;
  }
  return alone.records_per_us < lowest.records_per_us ? alone : lowest;
}

std::vector<SessionGroup> kinds_of_sessions(const Scenario& scenario) {
  std::vector<SessionGroup> kinds;
  for (const SessionGroup& group : scenario.all_groups())
    if (std::ranges::none_of(kinds, [&group](const SessionGroup& kind) {
          return kind.software == group.software && kind.tls.version == group.tls.version &&
                 kind.tls.cipher == group.tls.cipher;
        }))
      kinds.push_back(group);
  return kinds;
}

ThroughputBound throughput_bound(const Scenario& scenario) {
  if (scenario.session_groups.empty()) {
    const Demands demands = demands_of(scenario);
    const AsymptoticBounds bounds = asymptotic_bounds(demands);
    return {bounds.bottleneck.name, bounds.throughput_gbps, demands.payload_bytes};
  }
  std::vector<Demands> kinds;
  for (const SessionGroup& kind : kinds_of_sessions(scenario)) kinds.push_back(demands_of(scenario.with_all(kind)));
  const Limit mix = mix_bound(kinds);
  return {mix.name, mix.records_per_us * static_cast<double>(kinds.front().payload_bytes) * 8 / 1e3,
          kinds.front().payload_bytes};
}

namespace {

// One queue while the population grows by one customer at a time.
class GrowingQueue {
 public:
  explicit GrowingQueue(const Queue& queue) : queue_(queue), probabilities_{1} {}

  // Of one more customer, who finds the queue as it is (arrival theorem).
  double residence() const {
    if (queue_.servers <= 1) return queue_.demand_us * (1 + length_);
    double sum = 0;
    for (std::size_t j = 1; j <= probabilities_.size(); ++j)
      sum += static_cast<double>(j) / rate(j) * probabilities_[j - 1];
    return queue_.demand_us * sum;
  }
  void grow(double throughput, double residence) {
    length_ = throughput * residence;
    if (queue_.servers <= 1) return;
    std::vector<double> next(probabilities_.size() + 1);
    for (std::size_t j = 1; j < next.size(); ++j)
      next[j] = throughput * queue_.demand_us / rate(j) * probabilities_[j - 1];
    next[0] = std::max(0.0, 1 - std::accumulate(next.begin() + 1, next.end(), 0.0));
    probabilities_ = std::move(next);
  }
  double length() const { return length_; }

 private:
  double rate(std::size_t customers) const {
    return std::min(static_cast<double>(customers), queue_.servers);
  }

  const Queue& queue_;
  double length_ = 0;
  std::vector<double> probabilities_;  // of 0, 1, ... customers
};

}  // namespace

MeanValues mean_value_analysis(const ClosedNetwork& network) {
  std::vector<GrowingQueue> queues(network.queues.begin(), network.queues.end());
  std::vector<double> residences(queues.size());
  MeanValues values{};
  for (int n = 1; n <= network.customers; ++n) {
    std::transform(queues.begin(), queues.end(), residences.begin(),
                   [](const GrowingQueue& queue) { return queue.residence(); });
    values.response_us = std::accumulate(residences.begin(), residences.end(), 0.0);
    values.records_per_us = n / (network.delay_us + values.response_us);
    for (std::size_t i = 0; i < queues.size(); ++i) queues[i].grow(values.records_per_us, residences[i]);
  }
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const Queue& queue = network.queues[i];
    values.queues.push_back(
        {residences[i], queues[i].length(), values.records_per_us * queue.demand_us / queue.servers});
  }
  return values;
}

std::optional<BalancedJobBounds> balanced_job_bounds(const ClosedNetwork& network) {
  double total = 0;
  double highest = 0;
  for (const Queue& queue : network.queues) {
    if (queue.servers > 1) return std::nullopt;
    total += queue.demand_us;
    highest = std::max(highest, queue.demand_us);
  }
  if (total <= 0) return std::nullopt;
  const double n = network.customers;
  const double z = network.delay_us;
  const double average = total / static_cast<double>(network.queues.size());
  return BalancedJobBounds{n / (total + z + (n - 1) * highest / (1 + z / (n * total))),
                           std::min(1 / highest, n / (total + z + (n - 1) * average / (1 + z / total)))};
}

ProductForm product_form(const Scenario& s) {
  const auto no = [](std::string why) { return ProductForm{std::nullopt, std::move(why)}; };
  if (s.workload.kind != WorkloadKind::closed) return no("the records in flight are not of a fixed number");
  if (!s.driver.has_device) return no("there is no device");
  const SchedulerCosts& c = s.host.scheduler;
  for (const Quantity* const cost : {&c.context_switch_ns, &c.wakeup_ns, &c.cpu_idle_exit_ns, &c.interrupt_ns,
                                     &c.interrupt_exit_ns, &c.turnstile_ns, &c.sleep_ns, &c.ipi_flight_ns})
    if (cost->value() > 0) return no("interrupts, wakeups and switches cost time");
  if (s.network.rx_holdoff_us > 0 || (s.driver.has_qat && s.driver.qat.coalescing_ns.value() > 0))
    return no("interrupts are held off");

  const bool blocking = s.sync_dispatch();
  const std::int64_t workers = workers_with_sessions(s);
  ClosedNetwork network;
  network.customers =
      static_cast<int>(blocking ? workers : s.workload.sessions * s.workload.records_in_flight);
  network.delay_us =
      (s.driver.device.latency_submit_ns.value() + s.driver.device.latency_complete_ns.value()) / 1e3;
  std::int64_t threads = 0;  // that need a CPU of their own
  for (const StationDemand& station : demands_of(s).stations) {
    if (station.name.starts_with("CPUs") || station.demand_us <= 0) continue;
    if (station.steps > 0) threads += static_cast<std::int64_t>(station.servers);
    if (blocking && station.name.starts_with("KTLS workers")) {
      network.delay_us += station.demand_us;  // of any law: nobody queues for it
      continue;
    }
    const ServiceLaw law = station.steps > 0 ? s.host.step_law : s.driver.device.law;
    if (law != ServiceLaw::exponential || station.steps > 1)
      return no("the times of \"" + station.name + "\" are not exponential");
    if (station.steps > 0 && station.servers > 1) return no("\"" + station.name + "\" have a queue each");
    network.queues.push_back({station.name, station.servers, station.demand_us});
  }
  if (threads > s.cpus()) return no("threads wait for CPUs");
  return {std::move(network), ""};
}

}  // namespace ktlssim
