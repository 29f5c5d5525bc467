#include "sim/experiment/input/system_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sim/experiment/platform/memory.hpp"
#include "sim/machine/footprint.hpp"

namespace ktlssim {

namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;

std::string gib(double bytes) { return fmt::format("{:.3g} GiB", bytes / kGib); }

}  // namespace

std::optional<Problem> beyond_memory(const Scenario& s) {
  constexpr double kSmall = kGib / 4;  // not worth asking
  const Footprint footprint = footprint_of(s);
  if (footprint.bytes() < kSmall) return std::nullopt;
  const std::optional<double> available = available_memory_bytes();
  if (!available || footprint.bytes() <= *available) return std::nullopt;
  const WorkloadParameters& w = s.workload;
  const bool records = footprint.record_bytes > footprint.session_bytes + footprint.thread_bytes;
  return Problem{"", records ? "/workload/records_in_flight" : "/workload/sessions",
                 std::to_string(records ? w.records_in_flight : w.sessions),
                 fmt::format("a run takes about {}{}, and {} are available", gib(footprint.bytes()),
                             records ? fmt::format(" for {} sessions with so many records each", w.sessions)
                                     : fmt::format(" for so many sessions and {} threads", footprint.threads),
                             gib(*available))};
}

void require_simgrid_carries(const Scenario& s) {
  constexpr std::int64_t kMapsOfAThread = 2;
  constexpr std::int64_t kOtherMaps = 2000;  // the program's own, with room to spare
  const std::int64_t threads = footprint_of(s).threads;
  const std::optional<std::int64_t> maps = most_memory_maps();
  if (!maps || threads * kMapsOfAThread + kOtherMaps <= *maps) return;
  const std::int64_t most = (*maps - kOtherMaps) / kMapsOfAThread;
  throw InputError({{s.name, "/workload/sessions", std::to_string(s.workload.sessions),
                     fmt::format("{} simulated threads, and SimGrid carries at most {} here (vm.max_map_count {}, of "
                                 "which each takes two): --engine fiber carries them, with the same result",
                                 threads, std::max<std::int64_t>(most, 0), *maps)}});
}

}  // namespace ktlssim
