// Runs a sweep's points into a directory, and makes its tables from what is there (results/README.md).
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

#include "sim/experiment/sweep_file.hpp"

namespace ktlssim {

// Counted in replications.
struct SweepCounts {
  std::size_t total = 0;
  std::size_t done = 0;
  std::size_t failed = 0;  // stalled and panicked ones included
  std::size_t missing() const { return total - done - failed; }
};

struct SweepRunOptions {
  std::filesystem::path out;
  std::size_t jobs = 1;
  std::chrono::milliseconds limit{0};  // for one replication; 0 = none
  bool resume = false;                 // run only what is missing or failed
  std::string command_line;
  // Called now and then: how far it is, and how many of these ended in this call.
  std::function<void(const SweepCounts&, std::size_t)> progress = {};
};

struct SweepOutcome {
  SweepCounts counts;
  bool interrupted = false;
};

// On the fiber engine. A replication's file is written as soon as it ends, old or complete at any moment; the
// tables are made at the end, also after an interrupt. Throws InputError if the directory holds results
// already and `resume` is false, or those of another sweep or version.
SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options);

}  // namespace ktlssim
