// qat_ocf(4): EAGAIN and its retries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// One session with `records` in circulation; an engine of 10 us a record; a dispatch takes 1 us of the
// worker.
Scenario closed(std::int64_t records, std::int64_t ring_entries) {
  Scenario s = ideal_qat_ocf();
  s.host.cpus = q(2);
  s.driver.qat_ocf.ring_entries = q(static_cast<double>(ring_entries));
  s.driver.device.ring_ns = q(1000);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(10000);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.records_in_flight = records;
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

TEST(QatOcf, while_the_ring_has_room_nothing_is_retried) {
  const RunResult result = simulate(closed(8, 8), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e5, 500);
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.retries"), 0);
}

TEST(QatOcf, a_full_ring_is_retried_until_there_is_room) {
  // The ninth record waits for a slot, which comes every 10 us: the worker spins, ten dispatches a record.
  const RunResult result = simulate(closed(9, 8), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e5, 500);
  EXPECT_EQ(metric(result, "failed_records"), 0);
  EXPECT_NEAR(static_cast<double>(busy_ns(result, "ktls")), 1e7, 1e5);
  const auto depth = counter(result, "ktlssim.retry_depth_max");
  EXPECT_GE(depth, 8);
  EXPECT_LE(depth, 11);
}

TEST(QatOcf, retries_from_within_the_callback_overflow_the_kernel_stack) {
  Scenario s = closed(9, 8);
  s.driver.qat_ocf.kernel_stack_bytes = q(4096);  // six levels of 600 bytes
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(result.status, RunStatus::panicked);
  EXPECT_THAT(result.diagnosis,
              testing::HasSubstr("KTLS/thr_0 overflows its stack of 4096 bytes, 7 retries"));
}

TEST(QatOcf, the_blocking_path_has_one_record_a_worker_and_never_fills_a_ring) {
  Scenario s = closed(64, 8);
  s.ktls.dispatch = Dispatch::blocking;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.retries"), 0);
  EXPECT_EQ(metric(result, "in_flight_max"), 1);
}

TEST(QatOcf, without_cookies_it_is_retried_too) {
  Scenario s = closed(9, 512);
  s.driver.qat_ocf.cookies = q(8);
  s.host.opencrypto.crypto_dispatch_ns = q(1000);
  s.driver.device.ring_ns = q(0);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_GT(counter(result, "kern.ipc.tls.stats.ocf.retries"), 0);
  EXPECT_EQ(counter(result, "ktlssim.qat_ocf.0.instance_in_flight_max"), 8);
}

}  // namespace
}  // namespace ktlssim
