#include "sim/experiment/platform/memory.hpp"

#include <sys/resource.h>

#if defined(__FreeBSD__)
#include <sys/types.h>

#include <sys/sysctl.h>
#include <unistd.h>
#else
#include <fstream>
#include <string>
#endif

namespace ktlssim {

namespace {

#if defined(__FreeBSD__)

// Pages that a process gets without another losing what it uses.
std::optional<double> free_memory_bytes() {
  double pages = 0;
  for (const char* const name : {"vm.stats.vm.v_free_count", "vm.stats.vm.v_inactive_count"}) {
    unsigned count = 0;
    std::size_t size = sizeof count;
    if (sysctlbyname(name, &count, &size, nullptr, 0) != 0) return std::nullopt;
    pages += count;
  }
  return pages * static_cast<double>(getpagesize());
}

std::optional<double> control_group_bytes() { return std::nullopt; }

#else

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

#endif

std::optional<double> address_space_bytes() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

std::optional<double> available_memory_bytes() {
  std::optional<double> least;
  for (const std::optional<double>& one : {free_memory_bytes(), control_group_bytes(), address_space_bytes()})
    if (one && (!least || *one < *least)) least = one;
  return least;
}

#if defined(__FreeBSD__)
std::optional<std::int64_t> most_memory_maps() { return std::nullopt; }
#else
std::optional<std::int64_t> most_memory_maps() {
  const std::optional<double> most = number_in("/proc/sys/vm/max_map_count");
  return most ? std::optional(static_cast<std::int64_t>(*most)) : std::nullopt;
}
#endif

}  // namespace ktlssim
