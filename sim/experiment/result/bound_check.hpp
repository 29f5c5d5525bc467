// What was simulated, beside what the profiles allow.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "models/scenario.hpp"
#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

// Where the interval lies: below: all of it under the bound. reached: the bound is in it. at_edges: above, by
// no more than what was under way when measuring began or ended, and what chance makes of a single run. above: neither can
// be right.
enum class BoundReach { below, reached, at_edges, above };
inline constexpr std::array<std::string_view, 4> kBoundReachNames{"below", "reached", "at edges", "above"};
inline std::string_view name(BoundReach reach) { return kBoundReachNames[static_cast<std::size_t>(reach)]; }

struct BoundCheck {
  std::string limited_by;
  double bound_gbps;
  // What is done before or after the measured time and counted in it: on the way to the acknowledgement what send buffers, or
  // the records in circulation, hold; behind it what receive buffers on loopback hold; of a rate that is offered in whole
  // requests, one of each session.
  double edges_gbps;
  // Of a single run at random, which has no interval: five standard deviations of as many exponential times as the bound
  // has records. Else 0.
  double chance_gbps;
  double part;        // of the bound that the mean is
  BoundReach reach;
  // Of a network of product form, its exact throughput, and whether the interval holds it. Nothing where the
  // run was made once, or is no such network.
  std::optional<double> exact_gbps;
  bool exact_inside = false;
};

// Nothing if no replication is done. A single replication stands for its interval.
std::optional<BoundCheck> check_against_bound(const Scenario& scenario, const Summary& summary);

}  // namespace ktlssim
