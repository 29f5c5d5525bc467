// Runs a piece of simulated machine inside a test.
#pragma once

#include <functional>

#include "models/scenario.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

// Runs `body` in a child process, whose failed expectations fail this test: SimGrid's engine is one per
// process.
void in_child(const std::function<void()>& body);

// A kernel without driver, network or workload on an engine; `body` is its main context. Stopped afterwards.
void with_kernel(const Scenario& scenario, EngineKind engine, const std::function<void(Kernel&)>& body);

// Metric `name` of a run that must have been done.
double metric(const RunResult& result, std::string_view name);
// A counter by its sysctl name.
std::int64_t counter(const RunResult& result, std::string_view name);
double utilization(const RunResult& result, std::string_view resource);
std::int64_t busy_ns(const RunResult& result, std::string_view thread_class);

}  // namespace ktlssim
