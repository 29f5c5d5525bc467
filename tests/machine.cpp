#include "tests/machine.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "sim/engine/engine.hpp"
#include "tests/ideal_scenario.hpp"

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
  for (const Metric& m : result.metrics)
    if (m.name == name) return m.value;
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

namespace {

Scenario with_device(DriverKind kind) {
  Scenario s = ideal_scenario();
  s.driver.kind = kind;
  s.driver.has_device = true;
  s.driver.device.law = ServiceLaw::constant;
  s.driver.device.engines = q(1);
  for (Quantity* const cost :
       {&s.driver.device.latency_submit_ns, &s.driver.device.latency_complete_ns, &s.driver.device.process_ns,
        &s.driver.device.ring_ns, &s.driver.device.response_ns})
    *cost = q(0);
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.start_spread_us = 0;
  s.network.rx_holdoff_us = 0;
  return s;
}

}  // namespace

Scenario ideal_ccr() {
  Scenario s = with_device(DriverKind::ccr);
  s.driver.has_ccr = true;
  s.driver.ccr.ports = q(1);
  s.driver.ccr.ring_descriptors = q(1024);
  s.driver.ccr.descriptors_per_request = q(6);
  s.driver.ccr.egress_update_descriptors = q(32);
  s.driver.ccr.event_holdoff_ns = q(0);
  s.driver.ccr.drain_ns = q(0);
  return s;
}

Scenario ideal_qat_ocf() {
  Scenario s = with_device(DriverKind::qat_ocf);
  s.driver.has_qat_ocf = true;
  s.driver.qat_ocf.instances = q(1);
  s.driver.qat_ocf.ring_entries = q(512);
  s.driver.qat_ocf.cookies = q(1026);
  s.driver.qat_ocf.coalescing_ns = q(0);
  s.driver.qat_ocf.retry_frame_bytes = q(600);
  s.driver.qat_ocf.kernel_stack_bytes = q(12000);
  return s;
}

Scenario ideal_qat() {
  Scenario s = with_device(DriverKind::qat);
  s.driver.has_qat = true;
  s.driver.qat.banks = q(16);
  s.driver.qat.in_flight_per_bank = q(255);
  s.driver.qat.coalescing_ns = q(0);
  return s;
}

}  // namespace ktlssim
