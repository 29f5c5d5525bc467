// Crypto requests that fail: who stops, what is counted, and that nothing leaks (every run checks
// conservation).
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// One session that writes one batch of four records, of which requests fail as the faults say. No
// reconnection.
Scenario four_records(Scenario s, Dispatch dispatch) {
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 1;
  s.workload.io = AppIo::blocking;
  s.workload.write_bytes = 4 * 16384;
  s.workload.send_buffer_bytes = 4 * (16384 + 29);
  s.workload.flow_ids = FlowIds::zero;
  s.workload.start_spread_us = 0;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2000);
  s.ktls.dispatch = dispatch;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 5;
  return s;
}

TEST(Fault, blocking_stops_the_batch_at_the_first_failed_record) {
  for (const Scenario& base : {ideal_scenario(), ideal_ccr(), ideal_qat()}) {
    Scenario s = four_records(base, Dispatch::blocking);
    s.faults.every_nth = 2;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_EQ(counter(result, "kern.ipc.tls.stats.failed_crypto"), 1);
    EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"),
              2);                                    // the third and fourth never left
    EXPECT_EQ(metric(result, "failed_records"), 4);  // the whole batch is freed
    EXPECT_EQ(metric(result, "aborted_connections"), 1);
    EXPECT_EQ(metric(result, "records_per_second"), 0);
  }
}

TEST(Fault, async_goes_on_feeding_the_dead_connection_and_counts_each_failed_record) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat()}) {
    Scenario s = four_records(base, Dispatch::driver);
    s.faults.every_nth = 2;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_EQ(counter(result, "kern.ipc.tls.stats.failed_crypto"), 2);         // the second and the fourth
    EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"), 4);  // all were dispatched
    EXPECT_EQ(metric(result, "failed_records"), 3);  // the third was encrypted for nobody
    EXPECT_EQ(metric(result, "aborted_connections"), 1);
    EXPECT_DOUBLE_EQ(metric(result, "records_per_second"), 1 / 5e-3);  // the first
  }
}

TEST(Fault, a_failed_connection_is_replaced_if_the_workload_says_so) {
  for (const AppIo io : {AppIo::blocking, AppIo::kevent})
    for (const Dispatch dispatch : {Dispatch::blocking, Dispatch::driver}) {
      Scenario s = four_records(ideal_ccr(), dispatch);
      s.workload.io = io;
      s.workload.reconnect_us = 100;
      s.measure.duration_ms = 100;
      s.faults.every_nth = 50;
      const RunResult result = simulate(s, EngineKind::fiber, 0);
      EXPECT_GE(metric(result, "aborted_connections"), 5);
      EXPECT_LE(counter(result, "kern.ipc.tls.stats.active"), s.workload.sessions);
      EXPECT_GT(metric(result, "throughput_gbps"), 0);
    }
}

TEST(Fault, failures_by_chance_come_as_often_as_they_should) {
  Scenario s = four_records(ideal_ccr(), Dispatch::driver);
  s.workload.sessions = 8;
  s.workload.reconnect_us = 10;
  s.faults.probability = 0.01;
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const auto requests = static_cast<double>(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"));
  const auto failed = static_cast<double>(counter(result, "kern.ipc.tls.stats.failed_crypto"));
  // Binomial: five standard deviations.
  EXPECT_NEAR(failed, 0.01 * requests, 5 * std::sqrt(0.01 * 0.99 * requests));
}

TEST(Fault, outside_its_window_of_time_nothing_fails) {
  Scenario s = four_records(ideal_ccr(), Dispatch::driver);
  s.faults.probability = 1;
  s.faults.from_ms = 2;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(result, "aborted_connections"), 1);
  s.faults.to_ms = 2;
  EXPECT_EQ(metric(simulate(s, EngineKind::fiber, 0), "aborted_connections"), 0);
}

TEST(Fault, a_dead_device_stalls_the_run_and_the_diagnosis_names_who_sleeps_where) {
  for (const Dispatch dispatch : {Dispatch::blocking, Dispatch::driver}) {
    Scenario s = four_records(ideal_ccr(), dispatch);
    s.faults.device_dead_from_ms = 1;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_EQ(result.status, RunStatus::stalled);
    EXPECT_NE(result.diagnosis.find("records outstanding"), std::string::npos) << result.diagnosis;
    EXPECT_EQ(result.diagnosis.find("asleep on \"ocfktls\"") != std::string::npos,
              dispatch == Dispatch::blocking)
        << result.diagnosis;
  }
}

TEST(Fault, a_driver_that_is_unloaded_leaves_its_sessions_to_another_and_loses_nothing) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat(), ideal_qat_ocf()})
    for (const Dispatch dispatch : {Dispatch::blocking, Dispatch::driver}) {
      Scenario s = four_records(base, dispatch);
      s.other_drivers = {ideal_scenario().driver};
      s.faults.driver_unloaded_ms = 2;
      const RunResult result = simulate(s, EngineKind::fiber, 0);
      EXPECT_EQ(metric(result, "failed_records"), 0);
      EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.retries"), 1);  // the first request after it
      EXPECT_GT(metric(result, "records_per_second"), 0);
      EXPECT_LT(metric(result, "device_utilization"), 0.5);
    }
}

TEST(Fault, ccr_without_memory_for_a_work_request_fails_the_record) {
  for (const Dispatch dispatch : {Dispatch::blocking, Dispatch::driver}) {
    Scenario s = four_records(ideal_ccr(), dispatch);
    s.faults.nomem_probability = 1;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_EQ(counter(result, "dev.ccr.0.stats.wr_nomem"), dispatch == Dispatch::blocking ? 1 : 4);
    EXPECT_EQ(counter(result, "kern.ipc.tls.stats.failed_crypto"), dispatch == Dispatch::blocking ? 1 : 4);
    EXPECT_EQ(metric(result, "aborted_connections"), 1);
  }
}

}  // namespace
}  // namespace ktlssim
