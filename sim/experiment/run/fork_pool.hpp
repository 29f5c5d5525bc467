// Runs simulations in forked children: a crash, a leak or an engine that can start only once in a process
// stays there.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

struct PoolOutcome {
  std::vector<std::optional<RunResult>> results;  // by task; nothing where the interrupt came first
  bool interrupted = false;                       // SIGINT, SIGTERM or SIGHUP arrived; the children are gone
};

// How far a batch of simulations is.
struct PoolCounts {
  std::size_t total = 0;
  std::size_t done = 0;
  std::size_t failed = 0;  // stalled ones included
};

// How a user wants simulations to be run.
struct Pool {
  std::size_t jobs = 1;                // children at a time, at least 1
  std::chrono::milliseconds limit{0};  // a child that takes longer is killed: a failed run; 0 = no limit
  // Called in this process now and then, and as soon as a simulation has ended. Counts begin anew with each batch.
  std::function<void(const PoolCounts&)> progress = {};

  // Not explicit: to most callers a pool is its number of jobs.
  Pool(std::size_t at_a_time = 1) : jobs(at_a_time) {}
};

struct PoolOptions {
  std::size_t jobs = 1;                // children at a time, at least 1
  std::chrono::milliseconds limit{0};  // a child that takes longer is killed: a failed run; 0 = no limit
  // Called in this process as soon as a task has ended. Results are handed to it, and not kept.
  std::function<void(std::size_t, RunResult)> ended = {};
  // Called in this process now and then, at least every `tick` while children run.
  std::function<void()> ticked = {};
  std::chrono::milliseconds tick{200};
};

// Calls task(0) to task(count - 1), each in a child of its own, at most `pool.jobs` at a time. A
// child that throws, crashes or exits gives a result of status `failed` with the reason as its diagnosis.
// What a child prints goes to standard error. Must be called while this process has one thread. Throws
// std::system_error if it cannot fork.
PoolOutcome run_in_children(std::size_t count, const Pool& pool,
                            const std::function<RunResult(std::size_t)>& task);

// The next task; nothing when there is none left. Called in this process, as soon as there is room for a child.
using NextTask = std::function<std::optional<std::size_t>()>;
NextTask each_below(std::size_t count);  // 0 to count - 1

// The same for long work, whose results go to `options.ended`, and of which no list is held. Whether it was interrupted.
bool run_in_children(const NextTask& next, const PoolOptions& options, const std::function<RunResult(std::size_t)>& task);

}  // namespace ktlssim
