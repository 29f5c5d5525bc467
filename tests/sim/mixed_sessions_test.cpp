// Sessions of which the NIC encrypts some, and OpenCrypto the rest.
#include <gtest/gtest.h>

#include "models/bounds.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// NIC TLS at `nic_ns_per_byte` beside aesni, 1 us a record, for the first `software` of 8 sessions.
Scenario nic_and_software(std::int64_t software, double nic_ns_per_byte) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.other_drivers.push_back(s.driver);
  for (AlgorithmCost& cost : s.other_drivers.front().ciphers) cost.request_ns = q(1000);
  s.driver.kind = DriverKind::nic_tls;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.byte_ns = q(nic_ns_per_byte);
  s.ktls.mode = KtlsMode::ifnet;
  if (software > 0) s.session_groups.push_back({software, true, s.tls});
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 8;
  s.workload.io = AppIo::blocking;
  s.workload.send_buffer_bytes = 262144;
  s.workload.write_bytes = 131072;
  s.network.rate_gbps = 40;
  s.measure.warmup_ms = 20;
  s.measure.duration_ms = 50;
  return s;
}

std::int64_t encryption_ns(const RunResult& result) {
  std::int64_t ns = 0;
  for (const CpuRow& row : result.cpu)
    if (row.function == "encryption") ns += row.busy_ns;
  return ns;
}

constexpr std::string_view kRecords = "kern.ipc.tls.stats.ocf.tls12_gcm_crypts";

TEST(MixedSessions, share_what_is_delivered_and_nothing_is_encrypted_twice) {
  const RunResult result = simulate(nic_and_software(3, 0.01), EngineKind::fiber, 0);
  const double software = metric(result, "throughput_gbps_group_0");
  const double nic = metric(result, "throughput_gbps_group_1");
  const double all = metric(result, "throughput_gbps");
  EXPECT_NEAR(software + nic, all, 1e-9);
  EXPECT_NEAR(all, 40 * 1448.0 / 1538 * 16384 / 16413, 0.2);  // the link
  EXPECT_NEAR(software / all, 3.0 / 8, 0.03);                 // as many bursts each
  // Each record of the first group, and no other, takes its microsecond.
  const double records = software * 1e9 / 8 / 16384 * 0.05;
  EXPECT_NEAR(static_cast<double>(encryption_ns(result)) / 1000, records, 0.03 * records);
  for (const CpuRow& row : result.cpu) {
    if (row.function != "encryption") continue;
    EXPECT_EQ(row.thread_class, "ktls");
  }
}

TEST(MixedSessions, with_none_in_software_opencrypto_has_nothing_to_do) {
  const RunResult result = simulate(nic_and_software(0, 0.01), EngineKind::fiber, 0);
  EXPECT_EQ(encryption_ns(result), 0);
  EXPECT_EQ(counter(result, std::string(kRecords)), 0);
}

TEST(MixedSessions, all_in_software_do_as_without_nic_tls) {
  const RunResult result = simulate(nic_and_software(8, 10), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "throughput_gbps"), 40 * 1448.0 / 1538 * 16384 / 16413, 0.2);
  Scenario s = nic_and_software(8, 10);
  s.ktls.mode = KtlsMode::software;
  s.session_groups.clear();
  s.driver = s.other_drivers.front();
  s.other_drivers.clear();
  EXPECT_EQ(simulate(s, EngineKind::fiber, 0).fingerprint, result.fingerprint);
}

TEST(MixedSessions, software_overtakes_what_waits_for_the_nics_engine) {
  // The engine does 10 Gbit/s of what is on the wire; the link has 40.
  const RunResult result = simulate(nic_and_software(4, 0.8), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "throughput_gbps_group_1"), 10 * 16384.0 / 16413, 0.1);
  EXPECT_NEAR(metric(result, "throughput_gbps"), 40 * 1448.0 / 1538 * 16384 / 16413, 0.4);
}

TEST(MixedSessions, are_kinds_of_their_own_to_the_bounds) {
  const Scenario s = nic_and_software(4, 0.8);
  const std::vector<SessionGroup> kinds = kinds_of_sessions(s);
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(s.with_all(kinds[0]).ktls.mode, KtlsMode::software);
  EXPECT_EQ(s.with_all(kinds[0]).driver.kind, DriverKind::aesni);
  EXPECT_EQ(s.with_all(kinds[1]).ktls.mode, KtlsMode::ifnet);
}

TEST(MixedSessions, both_engines_agree) {
  Scenario s = nic_and_software(3, 0.1);
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 3;
  const std::uint64_t fiber = simulate(s, EngineKind::fiber, 0).fingerprint;
  in_child([&] { EXPECT_EQ(simulate(s, EngineKind::simgrid, 0).fingerprint, fiber); });
}

}  // namespace
}  // namespace ktlssim
