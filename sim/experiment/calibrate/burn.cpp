#include "sim/experiment/calibrate/burn.hpp"

#include <time.h>

#include <algorithm>

namespace ktlssim {

namespace {

double measure_rounds_per_ns() {
  constexpr std::int64_t kRounds = 200'000;
  constexpr int kTries = 40;
  std::int64_t shortest_ns = 0;
  for (int i = 0; i < kTries; ++i) {
    const std::int64_t begin = clock_ns();
    burn_rounds(kRounds);
    const std::int64_t ns = std::max<std::int64_t>(clock_ns() - begin, 1);
    shortest_ns = shortest_ns == 0 ? ns : std::min(shortest_ns, ns);
  }
  return static_cast<double>(kRounds) / static_cast<double>(shortest_ns);
}

}  // namespace

std::int64_t clock_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

double rounds_per_ns() {
  static const double rate = measure_rounds_per_ns();
  return rate;
}

}  // namespace ktlssim
