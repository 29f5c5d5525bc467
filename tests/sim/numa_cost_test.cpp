// What it costs that memory lies in two domains, by hand.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

void two_sockets(Scenario& s, double gbytes_per_s) {
  s.host.numa_domains = q(2);
  s.host.has_numa = true;
  s.host.numa.interconnect_gbytes_per_s = q(gbytes_per_s);
  for (Quantity* const cost :
       {&s.host.numa.remote_line_ns, &s.host.numa.connection_lines, &s.host.numa.record_lines,
        &s.host.numa.wakeup_lines, &s.host.numa.remote_ns_per_byte})
    *cost = q(0);
}

// Two sessions of the first domain: the worker of one is there, that of the other is not. A record at a time each,
// which takes 1 us to encrypt.
Scenario one_local_one_remote(double gbytes_per_s) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(2);
  two_sockets(s, gbytes_per_s);
  s.ktls.bind_threads = 1;
  s.network.numa_domain = 0;
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 2;
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.start_spread_us = 0;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

double records_per_second(const Scenario& s) {
  return metric(simulate(s, EngineKind::fiber, 0), "records_per_second");
}

TEST(NumaCost, lines_of_a_record_are_fetched_by_a_worker_of_the_other_domain) {
  Scenario s = one_local_one_remote(0);
  s.host.numa.remote_line_ns = q(50);
  s.host.numa.record_lines = q(5);
  EXPECT_NEAR(records_per_second(s), 1e9 / 1000 + 1e9 / (1000 + 5 * 50), 200);
}

TEST(NumaCost, a_connection_stays_with_those_who_work_on_it) {
  Scenario s = one_local_one_remote(0);
  s.host.numa.remote_line_ns = q(50);
  s.host.numa.connection_lines = q(5);
  EXPECT_NEAR(records_per_second(s), 2e9 / 1000, 200);  // fetched once, before the measured time
}

TEST(NumaCost, bytes_of_the_other_domain_are_read_and_written_more_slowly) {
  Scenario s = one_local_one_remote(0);
  s.host.numa.remote_ns_per_byte = q(1000.0 / 16384);
  EXPECT_NEAR(records_per_second(s), 1e9 / 1000 + 1e9 / (1000 + 2 * 1000), 200);  // encrypted in place
}

TEST(NumaCost, the_interconnect_is_a_ceiling) {
  // In place, a record goes there and back: 32768 bytes, in 2 us.
  const RunResult result = simulate(one_local_one_remote(16.384), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e9 / 1000 + 1e9 / 2000, 200);
  EXPECT_NEAR(utilization(result, "interconnect"), 1, 1e-3);
}

TEST(NumaCost, what_crosses_is_a_share_of_the_interconnect_and_of_memory) {
  // A record a microsecond each: 32768 bytes of one cross, at 65.536 GB/s, and 65536 of both move.
  const Scenario s = one_local_one_remote(65.536);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "interconnect_percent"), 50, 0.1);
  EXPECT_NEAR(metric(result, "cross_domain_percent"), 50, 0.1);
}

TEST(NumaCost, what_crosses_has_no_share_of_what_is_not_there) {
  Scenario s = one_local_one_remote(0);
  EXPECT_TRUE(std::isnan(metric(simulate(s, EngineKind::fiber, 0), "interconnect_percent")));
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "cross_domain_percent"), 50, 0.1);
  s.host.has_numa = false;
  EXPECT_TRUE(std::isnan(metric(simulate(s, EngineKind::fiber, 0), "cross_domain_percent")));
}

TEST(NumaCost, memory_of_one_domain_is_half_of_it) {
  // Both move 32768 bytes a microsecond in the first domain, whose memory moves 32.768 a nanosecond.
  Scenario s = one_local_one_remote(0);
  s.host.memory = {q(65.536), q(3), q(0)};
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e9 / 1000, 200);
  EXPECT_NEAR(utilization(result, "memory of domain 0"), 1, 1e-3);
  EXPECT_EQ(utilization(result, "memory of domain 1"), 0);
  s.host.has_numa = false;
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 2e9 / 1000, 200);
}

TEST(NumaCost, a_wakeup_fetches_the_run_queue_of_the_other_domain) {
  Scenario s = one_local_one_remote(0);
  s.host.numa.remote_line_ns = q(10);
  s.host.numa.wakeup_lines = q(4);
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    const auto sleep = [&k] {
      for (;;) k.sched.sleep("-");
    };
    Thread& near = k.sched.create("near", ThreadClass::ktls, 0, sleep, "-");
    Thread& far = k.sched.create("far", ThreadClass::ktls, 1, sleep, "-");
    std::array<std::int64_t, 2> paid{};
    Thread& waker = k.sched.create("waker", ThreadClass::interrupt, 0, [&] {
      const auto wake = [&](Thread& thread) {
        const Time began = k.now();
        k.wakeup(&thread, "-");
        return (k.now() - began).count();
      };
      paid = {wake(near), wake(far)};
      k.sched.sleep("-");
    });
    k.sched.make_runnable(waker);
    k.executive.run_until(Time{1000});
    EXPECT_EQ(paid[0], 0);
    EXPECT_EQ(paid[1], 40);
  });
}

// Files from disk, to clients over a port in each domain.
Scenario file_server() {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  two_sockets(s, 1000);
  s.ktls.bind_threads = 1;
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 16;
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.disk_probability = 1;
  s.network.lagg = Lagg::by_flow;
  s.network.rate_gbps = 10;
  s.measure.warmup_ms = 20;
  s.measure.duration_ms = 200;
  return s;
}

// How often a byte that is sent goes from one domain to the other.
double crossings(const Scenario& s) {
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  return utilization(result, "interconnect") * 1000 * 8 / metric(result, "throughput_gbps");
}

TEST(Siloing, leaves_the_crossing_from_the_disk) {
  Scenario s = file_server();
  // From the disk to the pages, from the pages to the worker, from its buffer to the port: each time in one of two
  // cases.
  EXPECT_NEAR(crossings(s), 1.5, 0.03);
  s.network.lagg = Lagg::by_domain;
  s.ktls.bind_threads = 2;
  EXPECT_NEAR(crossings(s), 1.0, 0.03);  // the worker's buffer is where the port is
  s.workload.numa_silo = true;
  EXPECT_NEAR(crossings(s), 0.5, 0.03);  // and so are the pages
  s.workload.disk_probability = 0;
  EXPECT_NEAR(crossings(s), 0, 1e-9);
}

// Without buffers of the cache, workers that no domain is preferred for write to pages of the first.
TEST(Siloing, spares_the_first_domain_the_pages_of_all_workers) {
  Scenario s = file_server();
  s.ktls.sw_buffer_cache = false;
  s.host.memory = {q(1000), q(3), q(0)};
  // From the disk, to the worker, from it twice, since a line that is written is read first, and to the port.
  EXPECT_NEAR(crossings(s), 0.5 + 0.5 + 2 * 0.5 + 0.5, 0.05);
  const auto first_to_second = [&s] {
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    return utilization(result, "memory of domain 0") / utilization(result, "memory of domain 1");
  };
  // Half of what the disk writes and the worker reads, and three more passes.
  EXPECT_NEAR(first_to_second(), (0.5 + 0.5 + 3) / (0.5 + 0.5), 0.1);
  s.network.lagg = Lagg::by_domain;
  s.ktls.bind_threads = 2;
  s.workload.numa_silo = true;
  EXPECT_NEAR(crossings(s), 0.5, 0.03);
  EXPECT_NEAR(first_to_second(), 1, 0.03);
}

TEST(Siloing, serves_a_connection_in_its_domain_alone) {
  Scenario s = file_server();
  s.network.lagg = Lagg::by_domain;
  s.ktls.bind_threads = 2;
  s.workload.numa_silo = true;
  s.workload.disk_probability = 0;
  s.host.numa.remote_line_ns = q(100);
  s.host.numa.connection_lines = s.host.numa.record_lines = s.host.numa.wakeup_lines = q(10);
  s.host.tcp.tcp_input_ack_ns = q(1000);
  const auto remote_ns = [](const Scenario& scenario) {
    std::int64_t ns = 0;
    for (const CpuRow& row : simulate(scenario, EngineKind::fiber, 0).cpu)
      if (row.function == "remote_lines") ns += row.busy_ns;
    return ns;
  };
  EXPECT_EQ(remote_ns(s), 0);
  s.network.lagg = Lagg::by_flow;
  EXPECT_GT(remote_ns(s), 0);
}

TEST(NumaCost, is_nothing_on_a_machine_of_one_domain) {
  Scenario s = file_server();
  s.network.lagg = Lagg::none;
  s.host.numa_domains = q(1);
  s.host.numa.remote_line_ns = s.host.numa.record_lines = s.host.numa.connection_lines = q(100);
  const RunResult with = simulate(s, EngineKind::fiber, 0);
  s.host.has_numa = false;
  EXPECT_EQ(with.fingerprint, simulate(s, EngineKind::fiber, 0).fingerprint);
}

}  // namespace
}  // namespace ktlssim
