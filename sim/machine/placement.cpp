#include "sim/machine/placement.hpp"

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>

#include "sim/engine/random_stream.hpp"

namespace ktlssim {

namespace {

constexpr double kLeastVariance = 0.5;  // of the greatest
constexpr double kToldBySum = 1.0 / 3;   // of a group's variance, that two groups together tell
constexpr std::size_t kMostGroups = 64;  // of more, pairs are more controls than a regression ever has replications for

using Flags = std::vector<bool>;  // by worker

// Sessions, and which workers have any of them.
struct Sharing {
  Flags occupied;
  std::int64_t sessions;

  // Of any `some` workers: the probability that none of them has a session.
  double none_on(double some) const {
    return std::pow(1 - some / static_cast<double>(occupied.size()), static_cast<double>(sessions));
  }
  double free() const { return none_on(1); }
  double variance() const { return free() * (1 - free()); }  // of whether the first worker has any
  double workers_deviation() const {
    double count = 0;
    for (const bool is : occupied) count += is;
    return count - static_cast<double>(occupied.size()) * (1 - none_on(1));
  }
  double first_deviation() const { return (occupied.front() ? 1 : 0) - (1 - none_on(1)); }
  // The part of its variance that `sum` tells, which has all of its sessions and more: a worker without those is one without these.
  double told_by(const Sharing& sum) const { return sum.free() * (1 - free()) / (free() * (1 - sum.free())); }
};

// A group, or two.
struct Part {
  Sharing sharing;
  std::size_t first, second;

  bool has(const Part& other) const {
    return first != second && other.first == other.second && (other.first == first || other.first == second);
  }
};

}  // namespace

std::vector<double> placement_deviations(const Scenario& s, std::uint64_t replication) {
  std::vector<double> deviations;
  const FlowIds kind = s.flow_ids();
  if (kind == FlowIds::sequential || kind == FlowIds::zero || s.workers() < 2 || s.network.numa_domain >= 0 ||
      s.network.lagg == Lagg::by_domain)
    return deviations;
  const std::size_t groups = s.all_tls().size();
  if (groups > kMostGroups) return deviations;
  std::vector<Sharing> all(groups, {Flags(static_cast<std::size_t>(s.workers())), 0});
  auto flow_ids = random_stream(static_cast<std::uint64_t>(s.seed), replication, "flow ids");
  for (std::int64_t i = 0; i < s.workload.sessions; ++i) {
    const std::uint32_t flow_id = boost::random::uniform_int_distribution<std::uint32_t>()(flow_ids);
    const std::size_t group = s.group_of(i);
    all[group].occupied[flow_id % static_cast<std::uint32_t>(s.workers())] = true;
    ++all[group].sessions;
  }
  std::vector<Part> parts;
  for (std::size_t g = 0; g < groups; ++g) parts.push_back({all[g], g, g});
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t h = g + 1; h < groups; ++h) {
      Sharing both = all[g];
      for (std::size_t w = 0; w < both.occupied.size(); ++w) both.occupied[w] = both.occupied[w] || all[h].occupied[w];
      both.sessions += all[h].sessions;
      parts.push_back({both, g, h});
    }
  double most = 0;
  for (const Part& part : parts) most = std::max(most, part.sharing.variance());
  std::erase_if(parts, [&](const Part& part) { return part.sharing.variance() < kLeastVariance * most; });
  for (const Part& part : parts) {
    if (std::ranges::any_of(parts, [&](const Part& sum) {
          return sum.has(part) && part.sharing.told_by(sum.sharing) > kToldBySum;
        }))
      continue;
    deviations.push_back(part.sharing.workers_deviation());
    deviations.push_back(part.sharing.first_deviation());
  }
  return deviations;
}

}  // namespace ktlssim
