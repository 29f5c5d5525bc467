// Operational bounds: what limits a scenario, without simulating it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/demand.hpp"

namespace ktlssim {

inline constexpr std::string_view kOfferedRate = "the rate that is offered";

// What one station or circulation allows.
struct Limit {
  std::string name;
  double records_per_us;
};

// Customers of a circulation from which on a station, and no longer they, sets the limit.
struct Knee {
  Circulation circulation;
  double records_per_us;  // what the customers there are allow
  double customers;       // cycle x throughput of the stations
};

// Asymptotic bounds: X <= servers / demand at each station, X <= customers / cycle of each circulation.
struct AsymptoticBounds {
  std::vector<Limit> stations;  // in the order of Demands
  std::vector<Knee> knees;
  Limit bottleneck;  // the lowest of all, an offered rate included
  double throughput_gbps;
};

AsymptoticBounds asymptotic_bounds(const Demands& demands);

// Sessions of several kinds, each with the demands that it would have if all sessions were of it. What any
// mix of them can reach: at a station that every kind visits, no more than the kind that asks least of it; and no
// more than all kinds together have when each is alone.
Limit mix_bound(const std::vector<Demands>& kinds);

// The lowest limit of a scenario, of a mix where its sessions are of several kinds.
struct ThroughputBound {
  std::string limited_by;
  double throughput_gbps;
  std::int64_t payload_bytes;  // of a record

  bool by_what_is_offered() const { return limited_by.find(kOfferedRate) != std::string::npos; }
};
ThroughputBound throughput_bound(const Scenario& scenario);

// A closed network of product form: customers, a delay without queueing, and queues with exponential servers.
struct Queue {
  std::string name;
  double servers;
  double demand_us;
};
struct ClosedNetwork {
  int customers = 0;
  double delay_us = 0;
  std::vector<Queue> queues;
};

struct QueueEstimate {
  double residence_us;  // waiting and service
  double length;
  double utilization;
};
struct MeanValues {
  double records_per_us;
  double response_us;  // without the delay
  std::vector<QueueEstimate> queues;
};

// Exact mean value analysis, with marginal probabilities where a queue has several servers.
MeanValues mean_value_analysis(const ClosedNetwork& network);

// Balanced-job bounds (Lazowska, Zahorjan, Graham and Sevcik, Quantitative System Performance, table 5.2).
// Nothing if a queue has several servers.
struct BalancedJobBounds {
  double lower_per_us;
  double upper_per_us;
};
std::optional<BalancedJobBounds> balanced_job_bounds(const ClosedNetwork& network);

// The groups of all sessions, one of each kind: there may be far more groups than kinds.
std::vector<SessionGroup> kinds_of_sessions(const Scenario& scenario);

// The scenario as a network of product form, or the reason why it is none.
struct ProductForm {
  std::optional<ClosedNetwork> network;
  std::string why_not;
};
ProductForm product_form(const Scenario& scenario);

}  // namespace ktlssim
