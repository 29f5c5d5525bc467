// The benchmarks behind ThreadCosts that need two CPUs: the last one plays the device.
#pragma once

#include <vector>

#include "sim/experiment/calibrate/thread_benches.hpp"

namespace ktlssim {

// What takes longer than raising two interrupts: a CPU was taken away meanwhile. No benchmark counts it, and no slice of
// the twin.
inline constexpr std::int64_t kTakenAwayNs = 50'000;

// The device wakes `threads` urgent threads, one or two, on the CPU of a thread that works. It may call the kernel every
// other microsecond, as threads that work do, and copy a record now and then; at the end of a call it gives way to who
// is in the run queue, whether the interrupt is there or not. Or all the time, or never. Seen by the stamps of all; means of what
// took less than 50 us, as the twin's undisturbed slices are.
enum class Calls { never, now_and_then, always };
struct Interruption {
  double call_ns;    // that the device is busy with the wakeup
  double flight_ns;  // from the begin of that call until the thread that works stands still
  double enter_ns;   // from then until the urgent thread runs: the interrupt and a switch
  double leave_ns;   // from its going to sleep until the other one works again: a sleep, a switch and the rest
  double stand_ns;   // that the thread stood still, in all
};
Interruption interruption(Bench& bench, int threads, Calls calls);

// From the call that wakes it until a thread runs whose CPU was idle for `idle_ns`: the median.
double remote_wakeup_ns(Bench& bench, double idle_ns, int rounds);

// What it takes to get a line of memory that another CPU wrote or polls: of a round trip of two threads, in
// which each writes it and each fetches it, a fourth.
double line_transfer_ns(Bench& bench);

// A thread copies to memory that the device has read; the device encrypts what another CPU has just written.
struct SharedRecord {
  double copy_ns_per_byte;
  double encrypt_ns;
};
SharedRecord shared_record(Bench& bench);

// A loop that looks at the clock as a polling device does.
struct PollGaps {
  double longest_ns;
  double lost_share;        // of the time, in gaps of more than 5 us
  double background_share;  // in those of less than 50 us: interrupts of the system, which no slice of the twin leaves out
};
PollGaps poll_gaps(Bench& bench);

}  // namespace ktlssim
