// The benchmarks behind ThreadCosts that need one CPU: each starts its threads, times one thing, and ends them.
// What is timed is timed in batches of which the median counts, so that whoever takes the CPU away for a while
// spoils one of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/platform/cpus.hpp"
#include "sim/experiment/platform/urgency.hpp"

namespace ktlssim {

// The CPUs, and what the system allowed.
struct Bench {
  std::vector<int> cpus = usable_cpus();
  std::atomic<bool> realtime = true;
  std::atomic<bool> urgent = true;

  int here() const { return cpus.front(); }
  int device() const { return cpus.back(); }
  std::jthread start(int level, auto body) {
    return std::jthread([this, level, body] {
      pin_to_cpus({here()});
      if (!become_realtime(level)) realtime = false;
      body();
    });
  }
};

inline constexpr int kLowLevel = 1;  // of urgency
inline constexpr int kHighLevel = 2;

double median_of(std::vector<double> values);

// Of batches of `round`, the median time of a round. Not of the first one: caches are cold.
double median_round_ns(int batches, int rounds, auto round) {
  std::vector<double> ns;
  for (int batch = 0; batch <= batches; ++batch) {
    const std::int64_t begin = clock_ns();
    for (int i = 0; i < rounds; ++i) round();
    if (batch > 0) ns.push_back(static_cast<double>(clock_ns() - begin) / rounds);
  }
  return median_of(std::move(ns));
}

// What a thread does between two wakeups so that the kernel's part of the caches is as cold as it is for
// threads that do something: an application's copy of a record into its send buffers.
class Errand {
 public:
  Errand();
  void run();

 private:
  std::vector<char> from_;
  std::vector<char> to_;
  std::size_t at_ = 0;
};

// Two equals take turns: a wakeup, a sleep and a switch each.
double turn_ns(Bench& bench);
// The wakeup alone, of a thread that has to wait for the CPU.
double wakeup_ns(Bench& bench, double clock_read_ns);
// A thread wakes a more urgent one, which takes the CPU, and sleeps again. `contended`: it wants a lock that
// the waker holds, and has to give the CPU back for it.
double preempting_wakeup_ns(Bench& bench, bool contended);
double clock_read_ns();
double mutex_pair_ns();
// What asking for `kAsked` of work takes, to a nanosecond of it.
double burn_factor();

}  // namespace ktlssim
