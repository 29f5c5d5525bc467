// Which worker a session is on where the scenario leaves that to the kernel.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

Scenario eight_sessions(NetworkKind network, LoopbackFlowIds loopback) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.host.ktls.ktls_encrypt_record_ns = q(1000);
  s.kernel.network.loopback_flow_ids =
      Fact<LoopbackFlowIds>(loopback, Provenance{"test", Confidence::scenario, ""});
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 8;
  s.network.kind = network;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 3;
  return s;
}

std::set<std::string> workers_that_ran(const Scenario& s) {
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(result.status, RunStatus::done) << result.diagnosis;
  std::set<std::string> workers;
  for (const CpuRow& row : result.cpu)
    if (row.thread_class == "ktls") workers.insert(row.thread);
  return workers;
}

TEST(FlowId, all_sessions_over_loopback_are_on_worker_0_of_a_kernel_that_hashes_none) {
  EXPECT_EQ(workers_that_ran(eight_sessions(NetworkKind::loopback, LoopbackFlowIds::zero)),
            std::set<std::string>({"KTLS/thr_0"}));
}

TEST(FlowId, sessions_over_loopback_spread_where_the_kernel_hashes_and_so_does_decryption) {
  Scenario s = eight_sessions(NetworkKind::loopback, LoopbackFlowIds::hash);
  EXPECT_GT(workers_that_ran(s).size(), 1U);
  s.workload.sessions = 1;
  s.network.receiver = ReceiverKind::ktls_rx;
  EXPECT_EQ(workers_that_ran(s).size(), 1U);  // both ends of a session on the same one
}

TEST(FlowId, a_nic_hashes_whatever_the_kernel_does_over_loopback) {
  EXPECT_GT(workers_that_ran(eight_sessions(NetworkKind::nic, LoopbackFlowIds::zero)).size(), 1U);
}

TEST(FlowId, a_scenario_that_says_how_is_obeyed) {
  Scenario s = eight_sessions(NetworkKind::loopback, LoopbackFlowIds::zero);
  s.workload.flow_ids = FlowIds::sequential;
  EXPECT_EQ(workers_that_ran(s).size(), 4U);
}

}  // namespace
}  // namespace ktlssim
