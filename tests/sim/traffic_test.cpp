// What servers and clients do: the client's link, reads of a file, new connections, and cards by count and by rate.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

double gbps(const Scenario& s) { return metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"); }
double cpu_us_per_record(const Scenario& s) {
  return metric(simulate(s, EngineKind::fiber, 0), "cpu_us_per_record");
}

Scenario one_sender(WorkloadKind kind) {
  Scenario s = ideal_scenario();
  s.workload.kind = kind;
  s.workload.io = AppIo::blocking;
  s.workload.sessions = 1;
  s.measure.warmup_ms = 100;
  s.measure.duration_ms = 100;
  return s;
}

TEST(PeerLink, is_the_bottleneck_of_each_client) {
  Scenario s = one_sender(WorkloadKind::send);
  s.workload.sessions = 3;
  s.network.peer_rate_mbps = 1000;
  // 1448 of 1538 bytes on the wire, 16384 of 16413 of a record.
  EXPECT_NEAR(gbps(s), 3 * 1448.0 / 1538 * 16384 / 16413, 0.02);
}

TEST(NicTls, sends_at_the_rate_of_its_engine) {
  Scenario s = one_sender(WorkloadKind::sendfile);
  s.driver.kind = DriverKind::nic_tls;
  s.ktls.mode = KtlsMode::ifnet;
  s.network.rate_gbps = 400;
  for (AlgorithmCost& cost : s.driver.ciphers) {
    cost.request_ns = q(300);
    cost.byte_ns = q(0.1);
  }
  const double record_ns = (300 / 16384.0 + 0.1) * 16413;
  EXPECT_NEAR(gbps(s), 16384 * 8 / record_ns, 0.01 * gbps(s));
}

TEST(Functions, share_the_sessions_of_a_card) {
  Scenario s = ideal_qat();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 6;
  s.workload.records_in_flight = 4;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(10000);
  s.measure.duration_ms = 20;
  const double one = 16384 * 8 / 10000.0;
  EXPECT_NEAR(gbps(s), one, 0.01 * one);
  s.driver.device.functions = q(3);
  EXPECT_NEAR(gbps(s), 3 * one, 0.03 * one);
}

TEST(ReadFile, costs_a_system_call_pages_and_a_copy) {
  Scenario s = one_sender(WorkloadKind::send);
  s.workload.write_bytes = 16384;
  s.workload.read_file = true;
  s.host.application.read_ns = q(1000);
  s.host.application.sendfile_page_ns = q(100);
  s.host.loopback.copyout_ns_per_byte = q(0.1);
  EXPECT_NEAR(cpu_us_per_record(s), 1 + 4 * 0.1 + 1.6384, 0.05);
  s.host.page_bytes = q(16384);
  EXPECT_NEAR(cpu_us_per_record(s), 1 + 0.1 + 1.6384, 0.05);
}

TEST(Connection, of_so_many_bytes_costs_a_handshake) {
  Scenario s = one_sender(WorkloadKind::sendfile);
  s.workload.write_bytes = 65536;
  s.workload.connection_bytes = 163840;
  s.host.application.handshake_ns = q(50000);
  EXPECT_NEAR(cpu_us_per_record(s), 5, 0.2);  // ten records each
}

TEST(ImposedRate, has_requests_of_several_writes) {
  Scenario s = one_sender(WorkloadKind::send);
  s.workload.rate_gbps = 8;
  s.workload.write_bytes = 16384;
  s.workload.request_bytes = 1048576;
  s.host.application.application_ns = q(1000);
  EXPECT_NEAR(gbps(s), 8, 0.2);
  EXPECT_NEAR(cpu_us_per_record(s), 1, 0.05);  // a write a record
}

}  // namespace
}  // namespace ktlssim
