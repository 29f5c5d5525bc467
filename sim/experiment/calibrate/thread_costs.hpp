// What threads cost on this machine: to switch, to wake, to lock, to allocate, to copy. Each is measured by
// itself, with the primitives of which the twin is made.
//
// Needs two CPUs: threads meet on the first, and the last wakes them as a device would. With one CPU what
// needs two is left out.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ktlssim {

// The median of repetitions, and between what the middle four fifths of them lie.
struct MeasuredCost {
  std::string name;  // with its unit
  std::string meaning;
  double value;
  double low;
  double high;
};

MeasuredCost cost_of(std::string name, std::string meaning, std::vector<double> samples);

struct ThreadCosts {
  std::vector<MeasuredCost> all;
  bool realtime = false;  // threads had fixed priorities
  bool urgent = false;    // who polls could be made urgent
  double stolen_percent = 0;  // by the hypervisor while it measured; NaN if not known

  const MeasuredCost* find(std::string_view name) const;
  const MeasuredCost& operator[](std::string_view name) const;  // std::out_of_range
};

// Keeps CPUs out of their idle states, and counts what nobody else wanted of them: a thread of the lowest
// real-time level spins on each (merely an urgent one where that is not allowed). Linux takes a CPU from
// real-time threads after 950 ms of a second: this must live for less, and then leave a rest.
class AwakeCpus {
 public:
  explicit AwakeCpus(const std::vector<int>& cpus);

  // CPU time left over so far, over all CPUs: by what the spinning came to, so that nothing of a switch or of
  // an interrupt is in it, whoever that is accounted to.
  double left_over_ns() const;

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::atomic<std::int64_t>> rounds_;
  std::vector<std::jthread> spinners_;
  struct Stopper {
    std::atomic<bool>& stop;
    ~Stopper() { stop = true; }
  } stopper_{stop_};  // goes before the threads are joined
};

// Takes samples of all of it, as often and whenever asked: costs change with what else the machine does.
class ThreadCostSampler {
 public:
  // A fifth of a second. Leaves CPUs as they were.
  void sample();
  // Of the samples so far, at least one.
  ThreadCosts costs() const;

 private:
  std::map<std::string, std::vector<double>> samples_;
  double seconds_ = 0;
  std::optional<double> stolen_seconds_ = 0;
  bool realtime_ = true;
  bool urgent_ = true;
};

ThreadCosts measure_thread_costs(int repetitions);

}  // namespace ktlssim
