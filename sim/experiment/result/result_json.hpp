// The JSON form of a result, as `--format json` prints it and result.json holds it.
//
//   scenario    name
//   steady      {steady: bool, why: [{kind: overload | startup | gone | starving, what: a sentence}]}: whether the
//               means may be believed; null where nothing was simulated
//   effective   the scenario with every default and both profiles in full; `ktlssim run` takes it
//   metrics     NAME: {mean, ci95: [lo, hi] | null (a single random run) | deterministic: true, n, unit}; growing:
//               true where there is no mean, and so no interval. mean is null where n, the replications that have a
//               value, is 0
//   precision   relative, metrics, reached: where measure/relative_precision decided on the replications
//   counters    sysctl name: increase within the measured time, mean over replications
//   cpu         by_class: percent of all CPUs; threads: busy_percent of one CPU, functions in us per record
//   resources   name, kind, servers, demand_us_per_record, utilization
//   bottleneck  the resource with the highest utilization, or null
//   bounds      throughput_gbps that the profiles allow, limited_by, and where the interval lies: reach; null
//               where nothing was simulated
//   failures    replications that stalled or failed: number, status, diagnosis
//   provenance  version, engine, seed, wall time, ...: all that may differ between two runs of the same
#pragma once

#include <string>

#include "models/scenario.hpp"
#include "sim/experiment/run/replicate.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// How a result came about.
struct RunRecord {
  Engines engines;
  std::size_t replications;
  std::string command_line;
  std::string started;  // UTC, ISO 8601
  double wall_seconds;
};

Json provenance_json(const Scenario& scenario, const Experiment& experiment, const RunRecord& record);
Json steady_json(const Steadiness& steadiness);
Json result_json(const Scenario& scenario, const Experiment& experiment, const RunRecord& record);

// What the profiles allow beside what was simulated (BoundCheck); null if no replication is done.
Json bounds_json(const Scenario& scenario, const Summary& summary);

// Host name of this machine.
std::string machine_name();

// CPU time in microseconds per record; nothing is known (NaN) where no record became ready.
double us_per_record(double busy_ns, const Scenario& scenario, const Summary& summary);
// CPU time in percent of `cpus` CPUs within the measured time.
double percent_of(double busy_ns, std::int64_t cpus, const Scenario& scenario);

}  // namespace ktlssim
