// Versions and ciphers: which driver does the work, in how many requests, and in what order.
#include <gtest/gtest.h>

#include "sim/drivers/drivers.hpp"
#include "sim/kernel/kernel.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

DriverProfile software(DriverKind kind, std::initializer_list<Algorithm> takes, double request_ns) {
  DriverProfile profile;
  profile.name = std::string(name(kind));
  profile.kind = kind;
  for (const Algorithm a : takes) {
    AlgorithmCost& cost = profile.ciphers[static_cast<std::size_t>(a)];
    cost = {true, q(request_ns), q(0)};
  }
  return profile;
}

// A session that has one record in flight, and nothing that costs time but the drivers.
Scenario one_record(Scenario s, TlsVersion version, Cipher cipher) {
  s.tls = {version, cipher};
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.start_spread_us = 0;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 1;
  return s;
}

TEST(Selection, hardware_before_accelerated_software_before_software) {
  Scenario s = ideal_ccr();
  for (AlgorithmCost& cost : s.driver.ciphers) cost.supported = false;
  s.driver.ciphers[static_cast<std::size_t>(Algorithm::aes_128_gcm)].supported = true;
  s.other_drivers = {
      software(DriverKind::cryptosoft, {Algorithm::aes_128_gcm, Algorithm::chacha20_poly1305}, 0),
      software(DriverKind::aesni, {Algorithm::aes_128_gcm}, 0),
      software(DriverKind::ossl, {Algorithm::chacha20_poly1305}, 0)};
  EXPECT_EQ(s.selected(Algorithm::aes_128_gcm)->name, "ideal");  // the card
  EXPECT_EQ(s.selected(Algorithm::chacha20_poly1305)->name, "ossl");
  EXPECT_EQ(s.selected(Algorithm::aes_128_cbc), nullptr);
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    const Drivers drivers(k, false);
    CryptoSession gcm, chacha;
    crypto_newsession(k, gcm, Algorithm::aes_128_gcm);
    crypto_newsession(k, chacha, Algorithm::chacha20_poly1305);
    EXPECT_EQ(gcm.driver->profile().kind, DriverKind::ccr);
    EXPECT_EQ(chacha.driver->profile().kind, DriverKind::ossl);
    EXPECT_THROW(crypto_newsession(k, gcm, Algorithm::hmac_sha1), ModelError);
  });
}

TEST(Selection, equal_cards_share_the_sessions) {
  Scenario s = ideal_qat();
  s.other_drivers = {s.driver};
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    const Drivers drivers(k, false);
    CryptoSession ses[5];
    for (CryptoSession& session : ses) crypto_newsession(k, session, Algorithm::aes_128_gcm);
    EXPECT_EQ(k.drivers[0]->sessions(), 3);
    EXPECT_EQ(k.drivers[1]->sessions(), 2);
  });
}

// ossl(4) loaded beside aesni(4): equal by probe value, so each session goes where fewer are. Every second one
// takes 3 us a record, the others 1 us, each on a worker of its own: 2 x (1e6 + 1e6 / 3) records a second.
TEST(Selection, with_ossl_beside_aesni_every_second_session_is_ossls) {
  Scenario s = one_record(ideal_scenario(), TlsVersion::tls12, Cipher::aes_128_gcm);
  s.host.cpus = q(4);
  s.driver = software(DriverKind::aesni, {Algorithm::aes_128_gcm}, 1000);
  s.other_drivers = {software(DriverKind::ossl, {Algorithm::aes_128_gcm}, 3000)};
  s.workload.sessions = 4;
  s.workload.flow_ids = FlowIds::sequential;
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 2e6 + 2e6 / 3, 1e4);
}

// Two workers, a session each: 16384 bytes in 1 us are 131.072 Gbit/s, in 4 us 32.768.
TEST(SessionGroups, each_has_its_own_cipher_and_throughput) {
  Scenario s = one_record(ideal_scenario(), TlsVersion::tls13, Cipher::chacha20_poly1305);
  s.host.cpus = q(2);
  s.driver = software(DriverKind::aesni, {Algorithm::aes_128_gcm}, 1000);
  s.other_drivers = {software(DriverKind::ossl, {Algorithm::chacha20_poly1305}, 4000)};
  s.workload.sessions = 2;
  s.workload.flow_ids = FlowIds::sequential;
  s.session_groups = {{1, false, {TlsVersion::tls12, Cipher::aes_128_gcm}}};
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "throughput_gbps_group_0"), 131.072, 0.2);
  EXPECT_NEAR(metric(result, "throughput_gbps_group_1"), 32.768, 0.2);
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts") / 4,
            counter(result, "kern.ipc.tls.stats.ocf.tls13_chacha20_crypts"));
  EXPECT_EQ(counter(result, "kern.ipc.tls.sw.gcm"), 1);
  EXPECT_EQ(counter(result, "kern.ipc.tls.sw.chacha20"), 1);
}

TEST(SessionGroups, a_session_belongs_to_the_group_that_its_number_falls_in) {
  Scenario s = ideal_scenario();
  s.workload.sessions = 6;
  s.session_groups = {{2, false, {TlsVersion::tls12, Cipher::aes_128_gcm}},
                      {3, false, {TlsVersion::tls13, Cipher::aes_256_gcm}}};
  for (const auto& [session, group] : {std::pair{0, 0}, {1, 0}, {2, 1}, {4, 1}, {5, 2}})
    EXPECT_EQ(s.group_of(session), static_cast<std::size_t>(group));
  EXPECT_EQ(s.groups_of_sessions(), (std::vector<std::size_t>{0, 0, 1, 1, 1, 2}));
  EXPECT_EQ(s.all_tls().size(), 3U);
  s.workload.sessions = 4;  // the groups have more
  EXPECT_EQ(s.groups_of_sessions(), (std::vector<std::size_t>{0, 0, 1, 1}));
  s.workload.sessions = 5;
  EXPECT_EQ(s.all_tls().size(), 2U);
}

TEST(Selection, two_cards_encrypt_twice_as_much) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat()}) {
    Scenario s = one_record(base, TlsVersion::tls12, Cipher::aes_128_gcm);
    s.host.cpus = q(4);
    for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
    s.workload.sessions = 8;
    EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 1e6, 1e4);
    s.other_drivers = {s.driver};
    EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 2e6, 2e4);
  }
}

TEST(Cbc, a_record_is_two_requests_one_after_the_other_and_never_async) {
  Scenario s = one_record(ideal_ccr(), TlsVersion::tls12, Cipher::aes_128_cbc_sha256);
  const auto cost = [&s](Algorithm a) -> AlgorithmCost& {
    return s.driver.ciphers[static_cast<std::size_t>(a)];
  };
  cost(Algorithm::hmac_sha256).request_ns = q(3000);
  cost(Algorithm::hmac_sha256).byte_ns = q(1);
  cost(Algorithm::aes_128_cbc).request_ns = q(2000);
  cost(Algorithm::aes_128_cbc).byte_ns = q(1);
  s.workload.record_bytes = 1000;
  s.workload.records_in_flight = 8;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // MAC over 13 + 1000 bytes: 4013 ns. 1000 bytes, a MAC of 32 and 8 of padding are encrypted: 3040 ns.
  EXPECT_NEAR(metric(result, "records_per_second"), 1e9 / 7053, 1e9 / 7053 * 0.01);
  EXPECT_EQ(metric(result, "in_flight_max"), 1);
  EXPECT_EQ(metric(result, "state_bytes_max"), 0);
  EXPECT_EQ(counter(result, "dev.ccr.0.stats.hmac"), counter(result, "dev.ccr.0.stats.blkcipher_encrypt"));
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.tls11_cbc_crypts"),
            counter(result, "dev.ccr.0.stats.hmac"));
}

TEST(Cbc, each_request_goes_to_the_driver_that_takes_it) {
  Scenario s = one_record(ideal_scenario(), TlsVersion::tls11, Cipher::aes_256_cbc_sha1);
  s.driver = software(DriverKind::aesni, {Algorithm::aes_256_cbc}, 400);
  s.other_drivers = {software(DriverKind::ossl, {Algorithm::hmac_sha1}, 600)};
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 1e6, 2e3);
}

TEST(Cryptosoft, one_session_is_one_request_at_a_time) {
  Scenario s = one_record(ideal_scenario(), TlsVersion::tls12, Cipher::chacha20_poly1305);
  s.driver = software(DriverKind::cryptosoft, {Algorithm::chacha20_poly1305}, 1000);
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 1e6, 2e3);
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "kern.ipc.tls.sw.chacha20"), 1);
}

// TLS 1.0 over a disk that delays half of the batches.
RunResult sequential(bool sequential_records) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.tls = {TlsVersion::tls10, Cipher::aes_128_cbc_sha1};
  s.ktls.sequential_records = sequential_records;
  s.workload.sessions = 4;
  s.workload.file_bytes = 50000;
  s.workload.disk_probability = 0.5;
  s.workload.disk_latency_us = 80;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 20;
  return simulate(s, EngineKind::fiber, 0);
}

TEST(Tls10, batches_that_come_too_early_are_parked) {
  const RunResult parked = sequential(true);
  EXPECT_GT(metric(parked, "records_per_second"), 0);
  EXPECT_EQ(counter(parked, "ktlssim.tls10_misordered_records"), 0);
  const RunResult older = sequential(false);
  EXPECT_GT(counter(older, "ktlssim.tls10_misordered_records"), 0);
}

TEST(Matrix, every_version_with_every_cipher_on_every_driver) {
  int runs = 0;
  for (const Scenario& base : {ideal_scenario(), ideal_ccr(), ideal_qat()})
    for (int v = 0; v < 4; ++v)
      for (int c = 0; c < static_cast<int>(kCipherCount); ++c)
        for (const WorkloadKind kind : {WorkloadKind::send, WorkloadKind::sendfile}) {
          const auto version = static_cast<TlsVersion>(v);
          const auto cipher = static_cast<Cipher>(c);
          if (!allowed(version, cipher)) continue;
          Scenario s = base;
          s.host.cpus = q(2);
          for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
          s.tls = {version, cipher};
          s.workload.kind = kind;
          s.workload.sessions = 3;
          s.workload.write_bytes = 40001;  // two whole records and a partial one
          s.measure.warmup_ms = 1;
          s.measure.duration_ms = 3;
          EXPECT_GT(metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"), 0) << v << ' ' << c;
          ++runs;
        }
  EXPECT_EQ(runs, 3 * 2 * (2 + 2 + 8 + 3));  // 1.0 and 1.1: CBC with SHA-1; 1.2: all; 1.3: AEADs
}

}  // namespace
}  // namespace ktlssim
