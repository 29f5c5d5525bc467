// What one simulated run (one replication) has to say. Plain data: no output format, no engine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ktlssim {

// done: the measured time was simulated. stalled: work is outstanding, and nothing will ever happen again.
// failed: a law of the model was broken or the run crashed. panicked: the simulated kernel panics. too_short:
// the throughput settles too late. `diagnosis` shows the state.
enum class RunStatus { done, stalled, failed, panicked, too_short };
inline constexpr std::array<std::string_view, 5> kRunStatusNames{"done", "stalled", "failed", "panicked",
                                                                 "too_short"};
inline std::string_view name(RunStatus status) { return kRunStatusNames[static_cast<std::size_t>(status)]; }

struct Metric {
  std::string name;  // unit in the name
  std::string unit;
  double value;  // NaN where there is none, as for a time per record without a record
};

// CPU time of one function on one thread within the measured time. Functions of one thread add up to its CPU
// time.
struct CpuRow {
  std::string thread;        // "KTLS/thr_3", "irq t6nex0:0a0", "nginx 1"
  std::string thread_class;  // application, ktls, interrupt, netisr, receiver
  std::string function;      // the kernel's name of the step
  std::int64_t busy_ns;
};

// A station of the system, with its demand per record that became ready and its utilization.
struct Resource {
  std::string name;  // "KTLS workers", "irq t6nex0:0a0", "ccr engines", "link"
  std::string kind;  // cpu, single_cpu, thread, device, link, memory
  double servers;    // how many can be busy at once
  double demand_us;  // busy (or occupied) time per record, all servers together; NaN without a record
  double
      utilization;  // 0 to 1; for threads occupied time: running, or asleep while it cannot take other work
  std::string what_it_means;  // one sentence for the bottleneck line
};

// Time per record that became ready; NaN where none did.
inline double per_record_us(double ns, std::int64_t records) {
  return records > 0 ? ns / static_cast<double>(records) / 1e3 : std::numeric_limits<double>::quiet_NaN();
}

// Bins of a LatencyHistogram that hold anything, by number, with their counts.
using LatencyCounts = std::vector<std::pair<int, std::uint64_t>>;

// A part of the measured time.
struct SeriesStep {
  double end_us;  // since the begin of the measured time
  double throughput_gbps;
  double cpu_percent;
  double in_flight_mean;      // OCF requests
  double device_utilization;  // of the engines of all drivers
  double outstanding;         // records enqueued and neither ready nor given up, at its end
};

struct RunResult {
  // Null if there is no such metric in this run.
  const Metric* metric(std::string_view metric_name) const {
    for (const Metric& m : metrics)
      if (m.name == metric_name) return &m;
    return nullptr;
  }

  RunStatus status = RunStatus::done;
  std::string diagnosis;
  bool random = false;  // whether anything in the run was drawn at random
  std::vector<Metric> metrics;
  LatencyCounts latency;  // from ktls_enqueue to ready
  std::vector<std::pair<std::string, std::int64_t>>
      counters;  // sysctl name, increase within the measured time
  std::vector<CpuRow> cpu;
  std::vector<std::int64_t> cpu_busy_ns;  // by CPU
  std::vector<Resource> resources;
  std::vector<std::string> findings;  // what the verdict must not pass over, a sentence each
  std::vector<std::string> starving;  // interrupt threads that wait for a CPU most of the time
  std::vector<SeriesStep> series;       // not kept of a sweep
  std::uint64_t fingerprint = 0;        // hash of every dispatch of every thread: the trajectory
  std::uint64_t events = 0;             // that the calendar fired
  std::uint64_t switches = 0;           // between the engine's contexts
  std::uint64_t records_simulated = 0;  // warm-up included
  // Of simulating; never part of a result.
  double wall_seconds = 0;
  std::int64_t peak_memory_kib = 0;  // of the process
};

inline RunResult failed_run(std::string diagnosis) {
  RunResult result;
  result.status = RunStatus::failed;
  result.diagnosis = std::move(diagnosis);
  return result;
}

}  // namespace ktlssim
