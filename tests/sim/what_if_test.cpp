// What no kernel does: each what-if changes what it says, and nothing else.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// A few sessions over a card whose engine takes 3 us a record.
Scenario server(Scenario s) {
  s.host.cpus = q(4);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 8;
  s.workload.send_buffer_bytes = 262144;
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 10;
  return s;
}

TEST(WhatIf, direct_dispatch_leaves_the_workers_asleep) {
  Scenario s = server(ideal_ccr());
  s.host.ktls.ktls_encrypt_record_ns = q(100);
  s.what_if.direct_dispatch = true;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(busy_ns(result, "ktls"), 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / 3, 1e4);
  s.ktls.dispatch = Dispatch::blocking;  // there is nothing asynchronous to dispatch
  EXPECT_GT(busy_ns(simulate(s, EngineKind::fiber, 0), "ktls"), 0);
}

TEST(WhatIf, asynchronous_cbc_keeps_more_than_one_record_a_worker_in_flight) {
  Scenario s = server(ideal_ccr());
  s.tls = {TlsVersion::tls12, Cipher::aes_128_cbc_sha1};
  EXPECT_LE(metric(simulate(s, EngineKind::fiber, 0), "in_flight_max"), 4);
  s.what_if.async_cbc = true;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_GT(metric(result, "in_flight_max"), 4);
  // Two requests of 3 us a record on one engine.
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / 6, 5e3);
}

TEST(WhatIf, a_uma_zone_takes_the_bytes_of_a_state_and_malloc_its_bin) {
  Scenario s = server(ideal_ccr());
  const RunResult bin = simulate(s, EngineKind::fiber, 0);
  s.what_if.state_allocator = StateAllocator::uma;
  const RunResult zone = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(bin, "states_per_cpu_max"), metric(zone, "states_per_cpu_max"));
  EXPECT_EQ(metric(bin, "state_bytes_max"), 1024 * 4 * metric(bin, "states_per_cpu_max"));
  EXPECT_EQ(metric(zone, "state_bytes_max"), 528 * 4 * metric(zone, "states_per_cpu_max"));
}

TEST(WhatIf, caps_limit_what_is_in_flight) {
  Scenario s = server(ideal_ccr());
  s.workload.flow_ids = FlowIds::sequential;  // two sessions a worker
  s.what_if.cap_per_worker = 5;
  EXPECT_EQ(metric(simulate(s, EngineKind::fiber, 0), "in_flight_max"), 4 * 5);
  s.what_if.cap_per_worker = 0;
  s.what_if.cap_per_session = 3;
  EXPECT_EQ(metric(simulate(s, EngineKind::fiber, 0), "in_flight_max"), 8 * 3);
}

TEST(WhatIf, a_cap_per_bank_saves_the_connections_that_a_full_qat_ring_aborts) {
  Scenario s = server(ideal_qat());
  s.driver.qat.banks = q(1);
  s.driver.qat.in_flight_per_bank = q(40);
  s.measure.warmup_ms = 0;  // it happens at once
  EXPECT_GT(metric(simulate(s, EngineKind::fiber, 0), "aborted_connections"), 0);
  s.what_if.cap_per_bank = 36;  // four workers may exceed it by one each
  const RunResult capped = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(capped, "aborted_connections"), 0);
  EXPECT_NEAR(metric(capped, "records_per_second"), 1e6 / 3, 2e4);
  EXPECT_LE(counter(capped, "dev.qat.0.stats.bank_in_flight_max"), 40);
}

TEST(WhatIf, a_full_ring_that_is_requeued_fails_nothing) {
  Scenario s = server(ideal_qat());
  s.driver.qat.banks = q(1);
  s.driver.qat.in_flight_per_bank = q(40);
  s.what_if.requeue_when_full = true;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(result, "failed_records"), 0);
  EXPECT_GT(counter(result, "dev.qat.0.stats.ring_full"), 0);
  EXPECT_EQ(counter(result, "dev.qat.0.stats.bank_in_flight_max"), 40);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / 3, 1e4);
}

TEST(WhatIf, return_workers_take_the_callbacks_from_the_interrupt_thread) {
  Scenario s = server(ideal_ccr());
  s.host.ktls.ktls_encrypt_cb_ns = q(500);
  s.host.opencrypto.crypto_ret_ns = q(50);
  const RunResult inline_callbacks = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(busy_ns(inline_callbacks, "crypto"), 0);
  s.what_if.return_workers = 2;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double records = metric(result, "records_per_second") * 0.01;
  EXPECT_NEAR(static_cast<double>(busy_ns(result, "crypto")), records * 550, records * 5);
  EXPECT_NEAR(static_cast<double>(busy_ns(result, "interrupt")), records * 50, records * 5);
}

TEST(WhatIf, groups_of_records_take_the_locks_of_tcp_once) {
  Scenario s = server(ideal_ccr());
  s.host.tcp.tcp_usr_ready_ns = q(400);
  const RunResult each = simulate(s, EngineKind::fiber, 0);
  s.what_if.ready_group_records = 4;
  const RunResult groups = simulate(s, EngineKind::fiber, 0);
  const auto per_record = [](const RunResult& r) {
    return static_cast<double>(busy_ns(r, "interrupt")) / (metric(r, "records_per_second") * 0.01);
  };
  EXPECT_NEAR(per_record(each), 400, 8);
  EXPECT_NEAR(per_record(groups), 100, 8);
  EXPECT_EQ(metric(groups, "failed_records"), 0);
}

TEST(WhatIf, failures_within_a_group_leave_nothing_behind) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat()}) {
    Scenario s = server(base);
    s.what_if.ready_group_records = 8;
    s.what_if.cap_per_session = 6;
    s.what_if.return_workers = 3;
    s.workload.reconnect_us = 50;
    s.faults.probability = 0.01;
    EXPECT_GT(metric(simulate(s, EngineKind::fiber, 0), "aborted_connections"), 0);
  }
}

}  // namespace
}  // namespace ktlssim
