// One run of the twin: threads of this machine go through both dispatch paths of uipc_ktls.c.
//
// Applications, workers and the two interrupt threads share all CPUs but the last, in the order of their
// urgency: interrupts, workers, applications. The device polls on the last one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment/twin/setting.hpp"

namespace ktlssim {

struct TwinOptions {
  double warmup_ms = 50;
  double measured_ms = 300;  // with the warm-up less than the 950 ms that Linux grants real-time threads
  bool keep_awake = true;    // CPUs do not go to sleep when they are idle
};

// CPU time and switches by kind of thread, per record.
struct TwinThreads {
  std::string kind;
  std::int64_t threads = 0;
  double cpu_us = 0;
  double voluntary = 0;    // switches, over the whole run
  double involuntary = 0;
};

struct TwinRun {
  double seconds = 0;  // measured
  std::int64_t records = 0;
  double records_per_second = 0;
  double records_per_second_had = 0;  // in the time in which the device had its CPU
  double cpu_us_per_record = 0;  // of the shared CPUs: what was not left over; of threads if they may sleep
  double switches_per_record = 0;
  double latency_us_mean = 0;  // from ktls_enqueue until ready
  double latency_us_p50 = 0;
  double latency_us_p99 = 0;
  double in_flight_mean = 0;  // submitted and not yet handled
  double interrupts_per_record = 0;
  double device_utilization = 0;
  double device_away_percent = 0;  // of the time, in which others had its CPU
  double stolen_percent = 0;       // by the hypervisor, over all CPUs; NaN if not known
  double load = 0;                 // of the machine in the minute before; the twin counts
  bool realtime = true;            // threads had fixed priorities
  bool urgent = true;              // the device's thread could be made urgent
  std::vector<TwinThreads> threads;
};

// CPUs that the threads share: all but the last.
int twin_cpus();

// Takes a little longer than the options say. Throws std::runtime_error if a record was lost, doubled or out
// of order, if the run did not end within seconds of its time, or with fewer than two CPUs.
TwinRun run_twin(const TwinSetting& setting, const TwinOptions& options);

}  // namespace ktlssim
