#include "sim/machine/placement.hpp"

#include <boost/random/uniform_int_distribution.hpp>
#include <cmath>

#include "sim/engine/random_stream.hpp"

namespace ktlssim {

namespace {

using Flags = std::vector<bool>;  // by worker

double deviation(const Flags& occupied, std::int64_t sessions) {
  const auto workers = static_cast<double>(occupied.size());
  double count = 0;
  for (const bool is : occupied) count += is;
  return count - workers * (1 - std::pow(1 - 1 / workers, static_cast<double>(sessions)));
}

}  // namespace

std::vector<double> placement_deviations(const Scenario& s, std::uint64_t replication) {
  std::vector<double> deviations;
  const FlowIds kind = s.flow_ids();
  if (kind == FlowIds::sequential || kind == FlowIds::zero || s.workers() < 2 || s.network.numa_domain >= 0 ||
      s.network.lagg == Lagg::by_domain)
    return deviations;
  const std::size_t groups = s.all_tls().size();
  std::vector<Flags> occupied(groups, Flags(static_cast<std::size_t>(s.workers())));
  std::vector<std::int64_t> sessions(groups);
  auto flow_ids = random_stream(static_cast<std::uint64_t>(s.seed), replication, "flow ids");
  for (std::int64_t i = 0; i < s.workload.sessions; ++i) {
    const std::uint32_t flow_id = boost::random::uniform_int_distribution<std::uint32_t>()(flow_ids);
    const std::size_t group = s.group_of(i);
    occupied[group][flow_id % static_cast<std::uint32_t>(s.workers())] = true;
    ++sessions[group];
  }
  for (std::size_t g = 0; g < groups; ++g) deviations.push_back(deviation(occupied[g], sessions[g]));
  for (std::size_t g = 0; g < groups; ++g)
    for (std::size_t h = g + 1; h < groups; ++h) {
      Flags both = occupied[g];
      for (std::size_t w = 0; w < both.size(); ++w) both[w] = both[w] || occupied[h][w];
      deviations.push_back(deviation(both, sessions[g] + sessions[h]));
    }
  return deviations;
}

}  // namespace ktlssim
