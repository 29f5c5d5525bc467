#include "tests/support/machine.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "sim/engine/fiber_engine.hpp"
#include "sim/engine/simgrid_library.hpp"
#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {

void in_child(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    body();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the simulated run failed, status " << status;
}

void with_kernel(const Scenario& scenario, EngineKind kind, const std::function<void(Kernel&)>& body) {
  const auto engine = kind == EngineKind::simgrid ? make_simgrid_engine() : make_fiber_engine();
  engine->run(static_cast<int>(scenario.cpus()), [&] {
    Executive executive(*engine);
    Kernel kernel(executive, scenario, 0);
    body(kernel);
    executive.stop();
  });
}

double metric(const RunResult& result, std::string_view name) {
  EXPECT_EQ(result.status, RunStatus::done) << result.diagnosis;
  if (const Metric* const found = result.metric(name)) return found->value;
  ADD_FAILURE() << "no metric " << name;
  return 0;
}

std::int64_t counter(const RunResult& result, std::string_view name) {
  for (const auto& [key, value] : result.counters)
    if (key == name) return value;
  ADD_FAILURE() << "no counter " << name;
  return -1;
}

double utilization(const RunResult& result, std::string_view resource) {
  for (const Resource& r : result.resources)
    if (r.name.starts_with(resource)) return r.utilization;
  ADD_FAILURE() << "no resource " << resource;
  return 0;
}

std::int64_t busy_ns(const RunResult& result, std::string_view thread_class) {
  std::int64_t sum = 0;
  for (const CpuRow& row : result.cpu)
    if (row.thread_class == thread_class) sum += row.busy_ns;
  return sum;
}

}  // namespace ktlssim
