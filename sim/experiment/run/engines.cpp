#include "sim/experiment/run/engines.hpp"

#include <fmt/format.h>

#include <string>

#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {

namespace {

std::string as_simulated(RunResult result) {
  result.wall_seconds = 0;
  result.peak_memory_kib = 0;
  return encode(result);
}

// NaN is no value on both: the same.
bool same(double a, double b) { return a == b || (a != a && b != b); }

std::string difference(const RunResult& simgrid, const RunResult& fiber) {
  if (simgrid.status != fiber.status)
    return fmt::format("{} on SimGrid, {} on fibers", name(simgrid.status), name(fiber.status));
  for (const Metric& metric : simgrid.metrics) {
    const Metric* const other = fiber.metric(metric.name);
    if (other == nullptr) return fmt::format("fibers have no {}", metric.name);
    if (!same(metric.value, other->value))
      return fmt::format("{} is {} on SimGrid, {} on fibers", metric.name, metric.value, other->value);
  }
  return fmt::format("trajectory {:016x} on SimGrid, {:016x} on fibers", simgrid.fingerprint, fiber.fingerprint);
}

}  // namespace

RunResult agreed(RunResult simgrid, const RunResult& fiber) {
  // What only one engine cannot do (threads, time) is a limit of it, and no matter of trajectories.
  if (simgrid.status == RunStatus::failed && fiber.status != RunStatus::failed)
    return failed_run(fmt::format("on SimGrid: {} (on fibers it ended: --engine fiber)", simgrid.diagnosis));
  if (simgrid.status != RunStatus::failed && fiber.status == RunStatus::failed)
    return failed_run(fmt::format("on fibers: {} (on SimGrid it ended: --engine simgrid)", fiber.diagnosis));
  if (simgrid.status == RunStatus::failed || as_simulated(simgrid) == as_simulated(fiber)) return simgrid;
  return failed_run(fmt::format("the engines do not agree, a bug of ktlssim: {}", difference(simgrid, fiber)));
}

}  // namespace ktlssim
