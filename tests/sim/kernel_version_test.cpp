// What differs from kernel to kernel.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

const Provenance kTest{"test", Confidence::scenario, ""};

// TLS 1.2 over loopback with KTLS at both ends.
RunResult loopback(OcfCounters names) {
  Scenario s = ideal_scenario();
  s.kernel.ktls.counters = Fact<OcfCounters>(names, kTest);
  s.host.cpus = q(2);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 2;
  s.network.kind = NetworkKind::loopback;
  s.network.receiver = ReceiverKind::ktls_rx;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 5;
  return simulate(s, EngineKind::fiber, 0);
}

TEST(Counters, one_name_or_a_name_for_each_direction) {
  const RunResult one = loopback(OcfCounters::crypts);
  const RunResult two = loopback(OcfCounters::encrypts);
  const std::int64_t encrypts = counter(two, "kern.ipc.tls.stats.ocf.tls12_gcm_encrypts");
  const std::int64_t decrypts = counter(two, "kern.ipc.tls.stats.ocf.tls12_gcm_decrypts");
  EXPECT_EQ(counter(one, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"), encrypts + decrypts);
  EXPECT_EQ(encrypts, counter(two, "kern.ipc.tls.stats.ocf.inplace"));  // each record sent once
  EXPECT_GT(decrypts, 0);
  for (const auto& [name, value] : one.counters) EXPECT_FALSE(name.ends_with("crypts") && value < 0) << name;
  for (const auto& [name, value] : two.counters) EXPECT_FALSE(name.ends_with("_crypts")) << name;
  EXPECT_EQ(counter(two, "kern.ipc.tls.stats.ocf.tls13_gcm_decrypts"), 0);
}

TEST(Counters, a_reclaim_thread_counts_reclaims) {
  Scenario s = ideal_scenario();
  s.workload.sessions = 1;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 1;
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "kern.ipc.tls.domain0.allocs"), 0);
  s.kernel.ktls.contig_allocation = Fact<ContigAllocation>(ContigAllocation::reclaim_thread, kTest);
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "kern.ipc.tls.domain0.reclaims"), 0);
}

}  // namespace
}  // namespace ktlssim
