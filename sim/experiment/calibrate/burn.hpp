// CPU time on request: a chain of multiplications of known length. It stands for work whose cost is a
// parameter; like real work it takes longer where the CPU is slower, and does not run on while its thread is
// preempted.
#pragma once

#include <cstdint>

namespace ktlssim {

// Hand back what it returns for a chain that goes on: two chains would run side by side.
inline std::uint64_t burn_rounds(std::int64_t rounds, std::uint64_t x = 1) {
  for (std::int64_t i = 0; i < rounds; ++i) {
    x *= 6364136223846793005ULL;  // any odd number
    asm volatile("" : "+r"(x));   // neither unrolled into nothing nor left out
  }
  return x;
}

// Monotonic, for intervals.
std::int64_t clock_ns();

// Rounds that take a nanosecond on this machine: of several tries the fastest, so that a busy neighbour does
// not count. Measured once in a process.
double rounds_per_ns();

inline void burn_ns(double ns) { burn_rounds(static_cast<std::int64_t>(ns * rounds_per_ns())); }

}  // namespace ktlssim
