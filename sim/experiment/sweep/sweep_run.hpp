// Runs a sweep's points into a directory (sweep_directory.hpp).
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <set>
#include <string>

#include "sim/experiment/sweep/sweep_directory.hpp"
#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

// Which points: those whose number leaves `remainder` when divided by `divisor`, or one.
struct SweepShard {
  std::size_t remainder = 0;
  std::size_t divisor = 1;
  std::size_t only = kAll;
  static constexpr std::size_t kAll = static_cast<std::size_t>(-1);

  bool whole() const { return divisor == 1 && only == kAll; }
  bool contains(std::size_t point) const {
    return only == kAll ? point % divisor == remainder : point == only;
  }
  // Of the points 0 to points - 1.
  std::size_t count(std::size_t points) const {
    if (only != kAll) return only < points ? 1 : 0;
    return points / divisor + (points % divisor > remainder ? 1 : 0);
  }
};

struct SweepRunOptions {
  std::filesystem::path out;
  std::size_t jobs = 1;
  std::chrono::milliseconds limit{0};  // for one replication; 0 = none
  bool resume = false;                 // run only what is missing or failed
  SweepShard shard;                    // a part of a sweep joins what others have done, and makes no tables
  std::string command_line;
  // Called now and then: how far it is, and how many of these ended in this call.
  std::function<void(const SweepCounts&, std::size_t)> progress = {};
  SweepStage stage = {};  // before the first run and after the last
};

struct SweepOutcome {
  SweepCounts counts;  // of the points of the shard
  bool interrupted = false;
  std::set<std::string> damaged;  // files that were found damaged, and simulated again
};

// On the fiber engine. A replication's file is written as soon as it ends, old or complete at any moment; the
// tables are made at the end, also after an interrupt. Throws InputError if the directory holds results
// already and `resume` is false, or those of another sweep or version.
SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options);

}  // namespace ktlssim
