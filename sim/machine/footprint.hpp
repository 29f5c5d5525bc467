// What a run will take of the system at hand, estimated before it begins.
#pragma once

#include <cstdint>

#include "models/scenario.hpp"

namespace ktlssim {

struct Footprint {
  std::int64_t threads;  // simulated ones, of which each has a stack
  double session_bytes;  // of all sessions
  double record_bytes;   // of all records that circulate; what a run piles up beside them is not known beforehand
  double thread_bytes;   // of all threads

  double bytes() const { return session_bytes + record_bytes + thread_bytes; }
};

Footprint footprint_of(const Scenario& scenario);

}  // namespace ktlssim
