// One run of the twin: threads of this machine go through both dispatch paths of uipc_ktls.c.
//
// Applications, workers and the two interrupt threads share all CPUs but the last, in the order of their
// urgency: interrupts, workers, applications. The device polls on the last one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment/mechanism/setting.hpp"

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

// What a stretch of time comes to.
struct TwinRates {
  double records_per_second = 0;
  double cpu_us_per_record = 0;  // of the shared CPUs: what was not left over; of threads if they may sleep
  double in_flight_mean = 0;     // submitted and not yet handled
  double interrupts_per_record = 0;
  double device_utilization = 0;
};

struct TwinRun {
  static constexpr int kEnoughSlices = 5;

  double seconds = 0;  // measured
  std::int64_t records = 0;
  TwinRates plain;        // over all of the time
  TwinRates undisturbed;  // over the slices in which nobody was taken off its CPU
  int slices = 0;
  int slices_undisturbed = 0;
  double switches_per_record = 0;
  double interrupt_us_mean = 0;  // from the device's raising a completion interrupt until its thread ran
  double latency_us_mean = 0;  // from ktls_enqueue until ready
  double latency_us_p50 = 0;
  double latency_us_p99 = 0;
  double device_away_percent = 0;  // of the time, in which others had its CPU
  double stolen_percent = 0;       // by the hypervisor, over all CPUs; NaN if not known
  double load = 0;                 // of the machine in the minute before; the twin counts
  bool realtime = true;            // threads had fixed priorities
  bool urgent = true;              // the device's thread could be made urgent
  std::vector<TwinThreads> threads;

  bool enough_slices() const { return slices_undisturbed >= kEnoughSlices; }
  // Plain ones where too few slices were undisturbed.
  const TwinRates& rates() const { return enough_slices() ? undisturbed : plain; }
};

// CPUs that the threads share: all but the last.
int twin_cpus();

// Takes a little longer than the options say. Throws std::runtime_error if a record was lost, doubled or out
// of order, if the run did not end within seconds of its time, or with fewer than two CPUs.
TwinRun run_twin(const TwinSetting& setting, const TwinOptions& options);

}  // namespace ktlssim
