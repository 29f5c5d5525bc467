// One run of one scenario in this process.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "models/scenario.hpp"
#include "sim/measure/listener.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

enum class EngineKind { simgrid, fiber };
inline constexpr std::array<std::string_view, 2> kEngineKindNames{"simgrid", "fiber"};
inline std::string_view name(EngineKind kind) { return kEngineKindNames[static_cast<std::size_t>(kind)]; }

// merged: what a thread spends between two meetings with others is one step. single: every cost is. The
// trajectory is the same; levels of memory and counters may be read a step apart.
enum class Stepping { merged, single };

// Loads what the engine needs beforehand, for all children that are forked later.
void load_engine(EngineKind engine);

// Simulates replication number `replication` (from 0), which differs from the others in what differs on real
// machines: flow ids, start phases, service times. Same scenario, seed and replication: same result on every
// engine, apart from wall_seconds. With `simgrid`, at most once in a process (its engine is a process-wide
// singleton): call it in a forked child.
//
// `listener`, if any, hears of it; the result is the same.
RunResult simulate(const Scenario& scenario, EngineKind engine, std::uint64_t replication,
                   Listener* listener = nullptr, Stepping stepping = Stepping::merged);

// Whether two replications of the scenario would differ.
bool is_random(const Scenario& scenario);

}  // namespace ktlssim
