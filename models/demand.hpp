// What one record asks of each station on its way, from the costs of the profiles alone: nothing is
// simulated.
//
// Every demand is the least that the path costs. Costs of a batch, a call or a burst are shared by the
// largest one there can be; locks, waiting, interrupts that could be coalesced, and switches between threads
// are left out. So a bound computed from these demands is one that no run can exceed for long.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/scenario.hpp"

namespace ktlssim {

struct StationDemand {
  std::string name;
  double servers;    // that work at once, at full speed
  double demand_us;  // of one server, per record
  int steps;         // with a cost that goes into it; 0: a device
};

// Customers that go round: each sends at most one record per cycle.
struct Circulation {
  std::string name;
  double customers;
  double cycle_us;  // without any waiting
};

struct Demands {
  std::int64_t payload_bytes = 0;  // of a full record
  std::vector<StationDemand> stations;
  std::vector<Circulation> circulations;
  std::optional<double> offered_per_us;  // records that arrive at all, where the workload limits them
};

Demands demands_of(const Scenario& scenario);

// Sessions are spread over workers by flow id: at most so many have any.
std::int64_t workers_with_sessions(const Scenario& scenario);

}  // namespace ktlssim
