// An imposed throughput, and sessions that the NIC encrypts.
#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

Scenario paced(WorkloadKind kind, AppIo io) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.workload.kind = kind;
  s.workload.io = io;
  s.workload.sessions = 10;
  s.workload.write_bytes = 65536;
  s.workload.rate_gbps = 8;
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 50;
  return s;
}

TEST(ImposedRate, is_what_is_sent) {
  for (const WorkloadKind kind : {WorkloadKind::sendfile, WorkloadKind::send})
    for (const AppIo io : {AppIo::kevent, AppIo::blocking})
      // 10 sessions send 64 KiB every 655.36 us: in 50 ms each sends 76 or 77 times.
      EXPECT_NEAR(metric(simulate(paced(kind, io), EngineKind::fiber, 0), "throughput_gbps"), 8, 8.0 / 76);
}

TEST(ImposedRate, costs_the_cpu_time_of_its_records) {
  Scenario s = paced(WorkloadKind::sendfile, AppIo::kevent);
  s.host.ktls.ktls_encrypt_record_ns = q(10000);
  // 8 Gbit/s are 61 035 records a second of 10 us on 4 CPUs: 15.26 %.
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "cpu_percent"), 8e9 / 8 / 16384 * 10e-6 / 4 * 100,
              0.3);
}

TEST(ImposedRate, above_what_the_machine_can_do_is_not_reached) {
  Scenario s = paced(WorkloadKind::sendfile, AppIo::kevent);
  s.network.rate_gbps = 4;
  const double throughput = metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps");
  // 16 384 of 16 413 bytes of the stream are payload, and 1448 of 1538 bytes on the wire are of the stream.
  EXPECT_NEAR(throughput, 4 * 16384 / 16413.0 * 1448 / 1538, 0.05);
}

TEST(Ifnet, needs_neither_worker_nor_driver) {
  Scenario s = ideal_ccr();
  s.ktls.mode = KtlsMode::ifnet;
  s.workload.sessions = 4;
  s.host.application.sendfile_page_ns = q(1000);
  s.host.ktls.ktls_encrypt_record_ns = q(1e6);
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 20;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // Four pages a record on one CPU: 4 us a record, 32.8 Gbit/s; nothing is encrypted by the host.
  EXPECT_NEAR(metric(result, "throughput_gbps"), 16384 * 8 / 4000.0, 0.7);
  EXPECT_EQ(metric(result, "in_flight_max"), 0);
  EXPECT_EQ(busy_ns(result, "ktls"), 0);
}

}  // namespace
}  // namespace ktlssim
