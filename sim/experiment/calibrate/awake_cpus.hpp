// Keeps CPUs out of their idle states, and counts what nobody else wanted of them: a thread of the lowest
// real-time level spins on each (merely an urgent one where that is not allowed).
//
// Linux takes a CPU from real-time threads after 950 ms of a second: this must live for less, and then leave a
// rest.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace ktlssim {

class AwakeCpus {
 public:
  explicit AwakeCpus(const std::vector<int>& cpus);

  // CPU time left over so far, over all CPUs: by what the spinning came to, so that nothing of a switch or of
  // an interrupt is in it, whoever that is accounted to.
  double left_over_ns() const;

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::atomic<std::int64_t>> turns_;
  std::vector<std::jthread> spinners_;
  struct Stopper {
    std::atomic<bool>& stop;
    ~Stopper() { stop = true; }
  } stopper_{stop_};  // goes before the threads are joined
};

// What a turn of the spinning takes on this machine: of several tries the shortest. Measured once in a process.
double spin_turn_ns();

}  // namespace ktlssim
