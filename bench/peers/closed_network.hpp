// The closed network that every peer simulates, its command line and its answer.
//
// A record waits for its worker, then for any engine of the one device, then for its worker's completion
// thread, all first come, first served, and starts over: `in_flight` records circulate through each worker.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace peers {

inline constexpr std::int64_t kWorkerNs = 1000;
inline constexpr double kEngineMeanNs = 2600;  // exponential
inline constexpr std::int64_t kCompletionNs = 1300;

struct ClosedNetwork {
  int workers;
  int engines;
  int in_flight;
  std::int64_t duration_ns;
};

// PROGRAM WORKERS ENGINES IN_FLIGHT DURATION_NS
inline ClosedNetwork read_command_line(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: %s WORKERS ENGINES IN_FLIGHT DURATION_NS\n", argv[0]);
    std::exit(2);
  }
  return {std::atoi(argv[1]), std::atoi(argv[2]), std::atoi(argv[3]), std::atoll(argv[4])};
}

inline void print_records(std::int64_t records) { std::printf("%lld\n", static_cast<long long>(records)); }

}  // namespace peers
