#include "sim/experiment/hunt/coverage.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

namespace {

// Names of counters without the numbers of devices and ports.
std::string kind(const std::string& name) {
  std::string text;
  for (const char c : name)
    if (c < '0' || c > '9') text += c;
  return text;
}

int magnitude(std::int64_t value) { return value <= 0 ? 0 : static_cast<int>(std::bit_width(static_cast<std::uint64_t>(value)) / 3) + 1; }

}  // namespace

std::set<std::string> things_seen(const RunResult& run) {
  std::set<std::string> seen{fmt::format("status {}", name(run.status))};
  if (!run.diagnosis.empty()) seen.insert("diagnosis " + kind(run.diagnosis.substr(0, 40)));
  for (const auto& [counter, value] : run.counters) seen.insert(fmt::format("{} {}", kind(counter), magnitude(value)));
  for (const Resource& resource : run.resources)
    seen.insert(fmt::format("{} {}", resource.kind, resource.utilization >= kSaturated ? kind(resource.name) + " full" : ""));
  for (const std::string& finding : run.findings) seen.insert(kind(finding.substr(0, 30)));
  for (const CpuRow& row : run.cpu)
    if (row.busy_ns > 0) seen.insert(row.thread_class + " " + row.function);
  for (const char* const name : {"aborted_connections", "failed_records", "lost_arrivals"})
    if (const Metric* const metric = run.metric(name); metric != nullptr && std::isfinite(metric->value))
      seen.insert(fmt::format("{} {}", name, magnitude(static_cast<std::int64_t>(metric->value))));
  return seen;
}

}  // namespace ktlssim
