// bind_threads 2: workers on the CPUs of their NUMA domain, connections on the workers of theirs.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

Scenario two_domains() {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.host.numa_domains = q(2);
  s.ktls.bind_threads = 2;
  return s;
}

int worker_of(const Kernel& k, std::uint32_t flowid) {
  Socket so;
  so.flowid = flowid;
  return ktls_get_cpu(k, so);
}

TEST(Numa, a_worker_is_confined_to_the_cpus_of_its_domain) {
  with_kernel(two_domains(), EngineKind::fiber, [](Kernel& k) {
    ktls_init(k);
    for (const KtlsWq& wq : k.ktls.wq) {
      EXPECT_EQ(wq.thread->cpuset.first, wq.index < 2 ? 0 : 2);
      EXPECT_EQ(wq.thread->cpuset.count, 2);
    }
  });
}

TEST(Numa, a_connection_of_a_known_domain_goes_to_that_domains_workers) {
  Scenario s = two_domains();
  s.network.numa_domain = 1;
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    ktls_init(k);
    for (const std::uint32_t flowid : {0U, 6U, 4294967294U}) EXPECT_EQ(worker_of(k, flowid), 2);
    for (const std::uint32_t flowid : {1U, 7U, 4294967295U}) EXPECT_EQ(worker_of(k, flowid), 3);
  });
  s.network.numa_domain = -1;
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    ktls_init(k);
    EXPECT_EQ(worker_of(k, 6), 2);
    EXPECT_EQ(worker_of(k, 4294967295U), 3);
    EXPECT_EQ(worker_of(k, 4), 0);
  });
}

TEST(Numa, where_a_domain_has_no_worker_each_is_bound_to_its_cpu) {
  Scenario s = two_domains();
  s.ktls.workers = 2;
  s.network.numa_domain = 1;
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    ktls_init(k);
    EXPECT_EQ(k.ktls.bind_threads, 1);
    for (const KtlsWq& wq : k.ktls.wq) {
      EXPECT_EQ(wq.thread->cpuset.first, wq.index);
      EXPECT_EQ(wq.thread->cpuset.count, 1);
    }
    EXPECT_EQ(worker_of(k, 3), 1);
  });
}

// Two of four CPUs do all the work when every connection comes from the second domain.
TEST(Numa, the_other_domain_idles) {
  Scenario s = two_domains();
  s.network.numa_domain = 1;
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 8;
  s.workload.records_in_flight = 4;
  s.measure.duration_ms = 2;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "cpu_percent"), 50, 0.5);
}

}  // namespace
}  // namespace ktlssim
