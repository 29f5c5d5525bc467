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
  EXPECT_EQ(s.with_all(kinds[0]).selected(Algorithm::aes_128_gcm)->kind, DriverKind::aesni);
  EXPECT_EQ(s.with_all(kinds[1]).ktls.mode, KtlsMode::ifnet);
}

// NIC TLS of 10 Gbit/s on the wire, a ccr(4) on another card that takes 5 us a record, and aesni, which is not asked.
Scenario nic_and_ccr(std::int64_t software) {
  Scenario s = nic_and_software(software, 0.8);
  const DriverProfile aesni = s.other_drivers.front();
  s.other_drivers = {ideal_ccr().driver, aesni};
  for (AlgorithmCost& cost : s.other_drivers.front().ciphers) cost.request_ns = q(5000);
  s.network.rate_gbps = 100;
  s.network.card = NicCard::mlx5;
  return s;
}

TEST(MixedSessions, a_coprocessor_beside_nic_tls_encrypts_what_the_nic_does_not) {
  const Scenario s = nic_and_ccr(4);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double nic = 10 * 16384.0 / 16413;
  const double ccr = 16384 * 8 / 5000.0;
  EXPECT_NEAR(metric(result, "throughput_gbps_group_1"), nic, 0.1);
  EXPECT_NEAR(metric(result, "throughput_gbps_group_0"), ccr, 0.1);
  EXPECT_EQ(encryption_ns(result), 0);
  const ThroughputBound bound = throughput_bound(s);
  EXPECT_EQ(bound.limited_by, "ccr engines + NIC TLS");
  EXPECT_NEAR(bound.throughput_gbps, nic + ccr, 1e-9);
}

TEST(MixedSessions, a_coprocessor_beside_nic_tls_completes_in_interrupts_or_wakes_a_worker) {
  Scenario s = nic_and_ccr(4);
  s.measure.duration_ms = 5;
  const RunResult async = simulate(s, EngineKind::fiber, 0);
  s.ktls.dispatch = Dispatch::blocking;
  const RunResult blocking = simulate(s, EngineKind::fiber, 0);
  // One record of each of at most four workers, against all that is in the send buffers.
  EXPECT_LE(metric(blocking, "in_flight_max"), 4);
  EXPECT_GT(metric(async, "in_flight_max"), 4);
}

TEST(MixedSessions, the_nic_is_asked_for_each_session_and_refuses_what_its_driver_does) {
  Scenario s = nic_and_ccr(0);
  s.driver = s.other_drivers.front();
  s.session_groups = {{1, false, {TlsVersion::tls10, Cipher::aes_128_cbc_sha1}},
                      {1, false, {TlsVersion::tls12, Cipher::aes_128_cbc_sha256}},
                      {1, false, {TlsVersion::tls12, Cipher::aes_256_gcm}},
                      {1, false, {TlsVersion::tls12, Cipher::chacha20_poly1305}},
                      {1, true, {TlsVersion::tls12, Cipher::aes_256_gcm}},
                      {1, false, {TlsVersion::tls13, Cipher::aes_128_gcm}}};
  const auto taken = [&s] {
    std::vector<bool> all;
    for (std::size_t group = 0; group < s.session_groups.size(); ++group)
      all.push_back(s.mode_of(group) == KtlsMode::ifnet);
    return all;
  };
  s.network.card = NicCard::t6_txtls;
  EXPECT_EQ(taken(), (std::vector{false, true, true, false, false, false}));
  s.network.card = NicCard::mlx5;
  EXPECT_EQ(taken(), (std::vector{false, false, true, false, false, true}));
  s.ktls.mode = KtlsMode::software;
  EXPECT_EQ(taken(), std::vector<bool>(6, false));
}

TEST(MixedSessions, tls_1_3_on_a_t6_that_encrypts_1_2_is_for_ccr) {
  Scenario s = nic_and_ccr(0);
  s.network.card = NicCard::t6_txtls;
  s.session_groups = {{4, false, {TlsVersion::tls13, Cipher::aes_128_gcm}}};
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double ccr = metric(result, "throughput_gbps_group_0");
  const double nic = metric(result, "throughput_gbps_group_1");
  EXPECT_GT(ccr, 1);
  EXPECT_GT(nic, 1);
  // They share the engine: 5 us a record of one, 0.8 ns a byte on the wire of the other.
  EXPECT_NEAR(ccr / (16384 * 8 / 5000.0) + nic / (10 * 16384.0 / 16413), 1, 0.01);
  const ThroughputBound bound = throughput_bound(s);
  EXPECT_EQ(bound.limited_by, "ccr engines");
  EXPECT_NEAR(bound.throughput_gbps, 16384 * 8 / 5000.0, 1e-9);
}

// 20 Gbit/s of PCIe: NIC TLS of a T6 reads 10 through it, and ccr the rest; beside mlx5 ccr has its own.
TEST(MixedSessions, nic_tls_and_ccr_of_one_t6_share_its_link) {
  Scenario s = nic_and_ccr(4);
  s.network.card = NicCard::t6_txtls;
  s.other_drivers.front().device.pcie_gbps = q(20);
  for (AlgorithmCost& cost : s.other_drivers.front().ciphers) cost.request_ns = q(100);
  // A byte of ccr goes over it twice: to the engine, and as a packet.
  const RunResult shared = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(shared, "throughput_gbps_group_0") * (1 + 16413.0 / 16384) +
                  metric(shared, "throughput_gbps_group_1") * 16413 / 16384,
              20, 0.2);
  s.network.card = NicCard::mlx5;
  const RunResult own = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(own, "throughput_gbps_group_0"), 20, 0.2);
  EXPECT_NEAR(metric(own, "throughput_gbps_group_1"), 10 * 16384.0 / 16413, 0.1);
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
