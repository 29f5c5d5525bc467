// Which engine simulates which replication of an experiment.
//
// SimGrid is the reference, fibers are fast, and both walk the same trajectory. `both` holds them to that where it costs
// one run: replication 0 is simulated on each and compared, the others on fibers.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "sim/machine/simulate.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

enum class Engines { both, simgrid, fiber };
inline constexpr std::array<std::string_view, 3> kEnginesNames{"both", "simgrid", "fiber"};
inline std::string_view name(Engines engines) { return kEnginesNames[static_cast<std::size_t>(engines)]; }

// Of replications that are simulated once.
inline EngineKind main_engine(Engines engines) {
  return engines == Engines::simgrid ? EngineKind::simgrid : EngineKind::fiber;
}

// One replication on SimGrid and on fibers: the result of SimGrid if they agree in everything but the time and memory
// that they took; otherwise a failed one, whose diagnosis says what differs.
RunResult agreed(RunResult simgrid, const RunResult& fiber);

}  // namespace ktlssim
