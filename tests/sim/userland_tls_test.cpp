// TLS in user mode: what a record costs, whose CPU pays, and what a full socket leaves with the application.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

constexpr std::int64_t kRecord = 16384;
constexpr std::int64_t kSealed = kRecord + 29;

std::int64_t ns(const Quantity& cost) { return cost.count(); }

Scenario userland() {
  Scenario s = ideal_scenario();
  s.ktls.mode = KtlsMode::userland;
  s.workload.kind = WorkloadKind::send;
  s.workload.sessions = 1;
  s.workload.write_bytes = kRecord;
  s.workload.start_spread_us = 0;
  s.workload.flow_ids = FlowIds::zero;
  s.network.rate_gbps = 8;  // a byte a nanosecond
  return s;
}

class UserlandClockTest : public testing::TestWithParam<WorkloadKind> {};

// One CPU and one blocking session, whose send buffer holds one record. While it is on its way the application seals
// the next one, and waits in write(2) until the acknowledgement makes room.
TEST_P(UserlandClockTest, a_record_alone_takes_exactly_the_sum_of_its_steps) {
  Scenario s = userland();
  s.workload.kind = GetParam();
  s.workload.io = AppIo::blocking;
  s.workload.send_buffer_bytes = kSealed;
  s.network.rtt_us = 100;
  s.network.ack_bytes = 1;
  s.network.rx_holdoff_us = 50;
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 100;
  HostProfile& h = s.host;
  double prime = 0;
  for (Quantity* const cost :
       {&h.scheduler.context_switch_ns, &h.scheduler.wakeup_ns, &h.scheduler.cpu_idle_exit_ns,
        &h.scheduler.interrupt_ns, &h.scheduler.interrupt_exit_ns, &h.application.application_ns,
        &h.application.syscall_ns, &h.application.sosend_ns, &h.application.sbappend_ns, &h.tcp.tcp_output_ns,
        &h.tcp.tcp_output_burst_ns, &h.tcp.tcp_input_ack_ns, &h.tcp.sbdrop_record_ns, &h.tcp.page_free_ns,
        &h.tcp.sowwakeup_ns, &h.userland.encrypt_record_ns, &h.application.read_ns, &h.application.sendfile_page_ns,
        &h.userland.mjumpage_ns})
    *cost = q(prime += 101);
  h.application.copyin_ns_per_byte = q(0.5);
  h.loopback.copyout_ns_per_byte = q(0.25);
  h.userland.copy_ns_per_byte = q(0.125);
  h.userland.encrypt_ns_per_byte[static_cast<std::size_t>(Algorithm::aes_128_gcm)] = q(1);

  const SchedulerCosts& sched = h.scheduler;
  const std::int64_t file = GetParam() == WorkloadKind::sendfile ? ns(h.application.syscall_ns) + ns(h.application.read_ns) +
                                                                       4 * ns(h.application.sendfile_page_ns) + kRecord / 4
                                                                 : 0;
  const std::int64_t output = ns(h.tcp.tcp_output_ns) + ns(h.tcp.tcp_output_burst_ns);
  constexpr std::int64_t kHeaders = 12 * 90;  // of 12 packets
  const std::int64_t acknowledged = kSealed + kHeaders + 100000 + 50000 + ns(sched.cpu_idle_exit_ns) +
                                    ns(sched.context_switch_ns) + ns(sched.interrupt_ns) + ns(h.tcp.tcp_input_ack_ns) +
                                    ns(h.tcp.sbdrop_record_ns) + 5 * ns(h.tcp.page_free_ns) + ns(h.tcp.sowwakeup_ns) +
                                    ns(sched.wakeup_ns) + ns(sched.interrupt_exit_ns);
  const std::int64_t written = ns(sched.context_switch_ns) + (kSealed + 1) / 2 + 5 * ns(h.userland.mjumpage_ns) +
                               ns(h.application.sbappend_ns);
  const std::int64_t cycle = output + acknowledged + written;

  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double cycles = 100e6 / static_cast<double>(cycle);
  const double seen = metric(result, "records_per_second") * 0.1;
  EXPECT_GE(seen, std::floor(cycles));
  EXPECT_LE(seen, std::ceil(cycles));
  // From the begin of its sealing, once the one before is out, until it is in the socket.
  EXPECT_DOUBLE_EQ(metric(result, "latency_ready_us_mean"),
                   static_cast<double>(cycle - output - ns(h.application.application_ns) - file) / 1e3);
  EXPECT_EQ(busy_ns(result, "ktls"), 0);
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.threads"), 0);
  EXPECT_EQ(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"), 0);
}

INSTANTIATE_TEST_SUITE_P(kinds, UserlandClockTest, testing::Values(WorkloadKind::send, WorkloadKind::sendfile),
                         [](const auto& test) { return std::string(name(test.param)); });

TEST(UserlandTls, one_thread_encrypts_at_its_own_pace_and_a_pool_at_that_of_its_threads) {
  Scenario s = userland();
  s.host.cpus = q(4);
  s.workload.sessions = 8;
  s.workload.app_threads = 1;
  s.network.rate_gbps = 1000;
  s.host.userland.encrypt_record_ns = q(10000);
  s.measure.duration_ms = 50;
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 100e3, 100);
  s.ktls.userland_threads = 3;
  s.host.userland.handover_ns = q(500);  // there by the application, back by the pool
  const RunResult pooled = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(pooled, "records_per_second"), 3e9 / 10500, 500);
  for (const CpuRow& row : pooled.cpu) {
    if (row.function != "encryption") continue;
    EXPECT_TRUE(row.thread.starts_with("tls pool")) << row.thread;
  }
}

TEST(UserlandTls, what_a_full_socket_does_not_take_is_written_later_and_counts_as_one_record) {
  for (const AppIo io : {AppIo::kevent, AppIo::blocking, AppIo::poll}) {
    Scenario s = userland();
    s.workload.io = io;
    s.workload.sessions = 3;
    s.workload.send_buffer_bytes = 40000;  // two records and a piece
    s.network.rtt_us = 100;
    s.network.loss_probability = 0.001;
    s.measure.duration_ms = 50;
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    EXPECT_GT(metric(result, "records_per_second"), 1000);
    EXPECT_NEAR(metric(result, "throughput_gbps"), metric(result, "records_per_second") * kRecord * 8 / 1e9, 0.02);
  }
}

TEST(UserlandTls, reads_writes_and_copies_pass_through_memory_and_what_is_in_the_cache_does_not) {
  Scenario s = userland();
  s.workload.kind = WorkloadKind::sendfile;
  s.host.memory.copy_passes = q(3);
  s.measure.duration_ms = 50;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double records = metric(result, "records_per_second");
  // Three passes of the read and of the write, and one of the NIC.
  EXPECT_NEAR(metric(result, "memory_gbytes_per_s") / (records / 1e9), 3 * kRecord + 4 * kSealed, 300);
}

}  // namespace
}  // namespace ktlssim
