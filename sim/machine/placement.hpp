// How the flow ids of a replication spread sessions over KTLS workers, against what flow ids do on average.
#pragma once

#include <cstdint>
#include <vector>

#include "models/scenario.hpp"

namespace ktlssim {

// Two numbers for each group of sessions, and for each two of them together: workers that have any of them, less the expectation
// m (1 - (1 - 1/m)^n) of n sessions on m workers; and the same of the first worker alone, whose CPU has the first interrupt
// too. Only of those whose first worker varies at least half as much (variance) as that which varies most: with many
// sessions it nearly always has some, and the few replications in which it has none would weigh too much. A group is left out
// where two together tell a third of its variance: few controls leave narrow intervals. Without simulating; the same numbers as the
// run's. Empty where flow ids are not random, with more than 64 groups, or where a worker is not the flow id modulo the number of workers.
std::vector<double> placement_deviations(const Scenario& scenario, std::uint64_t replication);

}  // namespace ktlssim
