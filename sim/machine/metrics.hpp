// The metrics of a run, one row each: what a table, a file or a document says of a metric comes from here.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

struct MetricInfo {
  std::string_view name;  // with its unit, as in results
  std::string_view unit;
  std::string_view meaning;  // for results/README.md
  std::string_view label = {};  // in the table of `run`; shown there if it or shown_unit says something
  std::string_view shown_unit = {};
  bool also_per_record = false;  // `run` adds a line: per record
  // Over the measured time, of a kernel whose threads were busy for `busy_ns` of it. Null where only some runs
  // have the metric.
  double (*value)(const Kernel& k, std::int64_t busy_ns) = nullptr;
};

// In the order in which results have them.
std::span<const MetricInfo> metric_table();
// The names of those that every run has, in the same order.
std::vector<std::string_view> metric_names();
// Those of a kernel at the end of the measured time.
std::vector<Metric> measured_metrics(const Kernel& k, std::int64_t busy_ns);

}  // namespace ktlssim
