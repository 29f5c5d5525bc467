#include "sim/experiment/input/system_limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "sim/machine/footprint.hpp"

namespace ktlssim {

namespace {

constexpr double kGib = 1024.0 * 1024 * 1024;

// The first number in a file that the kernel writes; nothing where there is none.
std::optional<double> number_in(const char* path) {
  std::ifstream file(path);
  double number = 0;
  if (file >> number) return number;
  return std::nullopt;
}

std::optional<double> free_memory_bytes() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  for (double kib = 0; file >> key >> kib; file.ignore(1000, '\n'))
    if (key == "MemAvailable:") return kib * 1024;
  return std::nullopt;
}

std::optional<double> control_group_bytes() {
  const std::optional<double> most = number_in("/sys/fs/cgroup/memory.max");
  const std::optional<double> now = number_in("/sys/fs/cgroup/memory.current");
  return most && now ? std::optional(*most - *now) : std::nullopt;
}

std::optional<double> address_space_bytes() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

std::string gib(double bytes) { return fmt::format("{:.3g} GiB", bytes / kGib); }

}  // namespace

std::optional<double> available_memory_bytes() {
  std::optional<double> least;
  for (const std::optional<double>& one : {free_memory_bytes(), control_group_bytes(), address_space_bytes()})
    if (one && (!least || *one < *least)) least = one;
  return least;
}

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
  constexpr double kMapsOfAThread = 2;
  constexpr double kOtherMaps = 2000;  // the program's own, with room to spare
  const std::int64_t threads = footprint_of(s).threads;
  const std::optional<double> maps = number_in("/proc/sys/vm/max_map_count");
  if (!maps || static_cast<double>(threads) * kMapsOfAThread + kOtherMaps <= *maps) return;
  const std::int64_t most = static_cast<std::int64_t>((*maps - kOtherMaps) / kMapsOfAThread);
  throw InputError({{s.name, "/workload/sessions", std::to_string(s.workload.sessions),
                     fmt::format("{} simulated threads, and SimGrid carries at most {} here (vm.max_map_count {}, of "
                                 "which each takes two): --engine fiber carries them, with the same result",
                                 threads, std::max<std::int64_t>(most, 0), static_cast<std::int64_t>(*maps))}});
}

}  // namespace ktlssim
