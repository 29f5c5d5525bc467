// What the system lets a process have of memory. Linux tells in files, FreeBSD by sysctl(3); the latter is untried.
#pragma once

#include <cstdint>
#include <optional>

namespace ktlssim {

// That a process can still get, by the system's free memory, its control group and `ulimit -v`; nothing where the system
// does not say.
std::optional<double> available_memory_bytes();

// Maps of memory that a process may have, vm.max_map_count of Linux; nothing where there is no such limit.
std::optional<std::int64_t> most_memory_maps();

}  // namespace ktlssim
