// The benchmarks behind ThreadCosts: each starts its threads, times one thing, and ends them.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "sim/experiment/calibrate/platform.hpp"

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

struct RemoteWakeup {
  double latency_ns;  // until the thread runs
  double call_ns;     // that the waker is busy with it
};

struct SharedRecord {
  double copy_ns_per_byte;
  double encrypt_ns;
};

struct PollGaps {
  double longest_ns;
  double lost_share;  // of the time, in gaps of more than 5 us
};

// Two equals take turns: a wakeup, a sleep and a switch each.
double turn_ns(Bench& bench);
// The wakeup alone, of a thread that has to wait for the CPU.
double wakeup_ns(Bench& bench, double clock_read_ns);
// A thread wakes a more urgent one, which takes the CPU, and sleeps again. `contended`: it wants a lock that
// the waker holds, and has to give the CPU back for it.
double preempting_wakeup_ns(Bench& bench, bool contended);
// The device's CPU wakes a thread that has slept for `idle_ns`.
RemoteWakeup remote_wakeup(Bench& bench, double idle_ns, int rounds);
// What a thread loses while another CPU wakes a more urgent one on its CPU, which sleeps again at once.
double interruption_ns(Bench& bench);
// What it takes to get a line of memory that another CPU wrote or polls: of a round trip of two threads, in
// which each writes it and each fetches it, a fourth.
double line_transfer_ns(Bench& bench);
// A thread copies to memory that the device has read; the device encrypts what another CPU has just written.
SharedRecord shared_record(Bench& bench);
// A loop that looks at the clock as a polling device does.
PollGaps poll_gaps(Bench& bench);
double clock_read_ns();
double mutex_pair_ns();
// What asking for `kAsked` of work takes, to a nanosecond of it.
double burn_factor();

}  // namespace ktlssim
