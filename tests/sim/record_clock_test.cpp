// One record alone, on every path: it must take exactly the sum of its steps. Each cost is another prime
// number, so that a sum can hold only the steps it should.
#include <gtest/gtest.h>

#include <set>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

struct Path {
  const char* name;
  DriverKind driver;
  Dispatch dispatch;
  WorkloadKind workload;
};

class RecordClockTest : public testing::TestWithParam<Path> {
 protected:
  RecordClockTest() : s_(scenario_for(GetParam())) {
    std::int64_t prime = 101;
    const auto next = [&prime] {
      const auto is_prime = [](std::int64_t n) {
        for (std::int64_t d = 2; d * d <= n; ++d)
          if (n % d == 0) return false;
        return true;
      };
      while (!is_prime(++prime)) {
      }
      return q(static_cast<double>(prime));
    };
    HostProfile& h = s_.host;
    for (Quantity* const cost : {&h.scheduler.context_switch_ns,
                                 &h.scheduler.wakeup_ns,
                                 &h.scheduler.cpu_idle_exit_ns,
                                 &h.scheduler.interrupt_ns,
                                 &h.scheduler.interrupt_exit_ns,
                                 &h.application.application_ns,
                                 &h.application.syscall_ns,
                                 &h.application.sosend_ns,
                                 &h.application.anonymous_page_ns,
                                 &h.application.sendfile_ns,
                                 &h.application.sendfile_page_ns,
                                 &h.application.mb_alloc_ext_pgs_ns,
                                 &h.application.sbappend_ns,
                                 &h.ktls.ktls_frame_ns,
                                 &h.ktls.ktls_enqueue_ns,
                                 &h.ktls.ktls_work_thread_ns,
                                 &h.ktls.ktls_encrypt_record_ns,
                                 &h.ktls.ktls_buffer_alloc_ns,
                                 &h.ktls.vm_page_alloc_ns,
                                 &h.ktls.state_alloc_ns,
                                 &h.ktls.state_free_ns,
                                 &h.ktls.soref_ns,
                                 &h.ktls.sorele_ns,
                                 &h.ktls.ktls_ocf_encrypt_ns,
                                 &h.ktls.ktls_ocf_callback_ns,
                                 &h.ktls.ktls_encrypt_cb_ns,
                                 &h.ktls.ktls_finish_nonanon_ns,
                                 &h.ktls.page_unwire_ns,
                                 &h.ktls.ktls_free_ns,
                                 &h.opencrypto.crypto_dispatch_ns,
                                 &h.opencrypto.crypto_done_ns,
                                 &h.tcp.tcp_usr_ready_ns,
                                 &h.tcp.sbready_ns,
                                 &h.tcp.tcp_output_ns,
                                 &h.tcp.tcp_output_burst_ns,
                                 &h.tcp.reclaim_tx_descs_ns,
                                 &h.tcp.tcp_input_ack_ns,
                                 &h.tcp.sbdrop_record_ns,
                                 &h.tcp.page_free_ns,
                                 &h.tcp.sowwakeup_ns})
      *cost = next();
    for (AlgorithmCost& cost : s_.driver.ciphers) {
      cost.request_ns = next();
      cost.byte_ns = q(0.25);
    }
    if (s_.driver.has_device)
      for (Quantity* const cost :
           {&s_.driver.device.latency_submit_ns, &s_.driver.device.latency_complete_ns,
            &s_.driver.device.process_ns, &s_.driver.device.ring_ns, &s_.driver.device.response_ns})
        *cost = next();
  }

  // One CPU, one session that writes one record and waits until it is acknowledged. The device and the peer
  // are so far away that the CPU has long been idle when they answer.
  static Scenario scenario_for(const Path& path) {
    Scenario s = path.driver == DriverKind::aesni ? ideal_scenario()
                 : path.driver == DriverKind::ccr ? ideal_ccr()
                                                  : ideal_qat();
    s.workload.kind = path.workload;
    s.workload.sessions = 1;
    s.workload.io = AppIo::blocking;
    s.workload.write_bytes = 16384;
    s.workload.send_buffer_bytes = 16384 + 29;
    s.workload.flow_ids = FlowIds::zero;
    s.workload.start_spread_us = 0;
    s.ktls.dispatch = path.dispatch;
    s.network.kind = NetworkKind::nic;
    s.network.rate_gbps = 8;  // a byte a nanosecond
    s.network.rtt_us = 100;
    s.network.ack_bytes = 1;
    s.network.rx_holdoff_us = 50;
    if (s.driver.has_qat) s.driver.qat.coalescing_ns = q(60000);
    s.measure.warmup_ms = 1;
    s.measure.duration_ms = 100;
    return s;
  }

  static std::int64_t ns(const Quantity& cost) { return cost.count(); }

  // Steps by the kernel's order, as uipc_ktls.c, ktls_ocf.c and crypto.c have them; see sim/kernel/README.md.
  std::int64_t enqueued_to_worker() const {  // wakeup, the switch, taking the batch
    return ns(s_.host.scheduler.wakeup_ns) + ns(s_.host.scheduler.context_switch_ns) +
           ns(s_.host.ktls.ktls_work_thread_ns);
  }
  std::int64_t encrypt_record() const {  // up to the driver
    const KtlsCosts& c = s_.host.ktls;
    return ns(c.ktls_encrypt_record_ns) + (sendfile() ? ns(c.ktls_buffer_alloc_ns) : 0) +
           ns(c.ktls_ocf_encrypt_ns) + ns(s_.host.opencrypto.crypto_dispatch_ns);
  }
  std::int64_t service() const {
    return ns(s_.driver.cost(encryption(s_.tls.cipher)).request_ns) + 16384 / 4;
  }
  std::int64_t device() const {  // process() in the worker, the device, the interrupt, up to crypto_done
    const DeviceCosts& d = s_.driver.device;
    const std::int64_t moderation = s_.driver.has_qat ? 60000 : 50000;
    return ns(d.process_ns) + ns(d.ring_ns) + ns(d.latency_submit_ns) + service() +
           ns(d.latency_complete_ns) + moderation + woken_interrupt_thread() + ns(d.response_ns) +
           ns(s_.host.opencrypto.crypto_done_ns);
  }
  std::int64_t woken_interrupt_thread() const {
    return ns(s_.host.scheduler.cpu_idle_exit_ns) + ns(s_.host.scheduler.context_switch_ns) +
           ns(s_.host.scheduler.interrupt_ns);
  }
  std::int64_t finish() const {  // pages and references of one encrypted record
    const KtlsCosts& c = s_.host.ktls;
    return (sendfile() ? ns(c.ktls_finish_nonanon_ns) + 4 * ns(c.page_unwire_ns) : 0) + ns(c.ktls_free_ns);
  }
  std::int64_t ready() const { return ns(s_.host.tcp.tcp_usr_ready_ns) + ns(s_.host.tcp.sbready_ns); }

  bool sendfile() const { return GetParam().workload == WorkloadKind::sendfile; }
  bool async() const {
    return GetParam().dispatch == Dispatch::driver && GetParam().driver != DriverKind::aesni;
  }

  std::int64_t enqueue_to_ready() const {
    const KtlsCosts& c = s_.host.ktls;
    if (GetParam().driver == DriverKind::aesni)
      return enqueued_to_worker() + encrypt_record() + service() + ns(s_.host.opencrypto.crypto_done_ns) +
             finish() + ready();
    if (async())
      return enqueued_to_worker() + ns(c.state_alloc_ns) + ns(c.soref_ns) + encrypt_record() + device() +
             ns(c.ktls_encrypt_cb_ns) + finish() + ns(c.state_free_ns) + ready();
    // The worker sleeps in "ocfktls"; the callback wakes it, and it runs when the interrupt thread is
    // through.
    return enqueued_to_worker() + encrypt_record() + device() + ns(c.ktls_ocf_callback_ns) +
           ns(s_.host.scheduler.wakeup_ns) + ns(s_.host.scheduler.interrupt_exit_ns) +
           ns(s_.host.scheduler.context_switch_ns) + finish() + ready();
  }
  std::int64_t ready_to_enqueue() const {  // sent, received, acknowledged, the next record written
    const TcpCosts& t = s_.host.tcp;
    const ApplicationCosts& a = s_.host.application;
    constexpr std::int64_t kHeaders = 12 * 90;  // of the 12 packets of 1448 bytes that 16 413 bytes take
    const std::int64_t reclaimed = 2 * ns(t.reclaim_tx_descs_ns) + ns(t.reclaim_tx_descs_ns) * (16384 + 29) / 16384;
    const std::int64_t acknowledged =
        ns(t.tcp_output_ns) + ns(t.tcp_output_burst_ns) + reclaimed + (16384 + 29) + kHeaders + 100000 + 50000 +
        woken_interrupt_thread() + ns(t.tcp_input_ack_ns) + ns(t.sbdrop_record_ns) + 4 * ns(t.page_free_ns) +
        ns(t.sowwakeup_ns) + ns(s_.host.scheduler.wakeup_ns) + ns(s_.host.scheduler.interrupt_exit_ns);
    const std::int64_t pages = sendfile() ? 4 * ns(a.sendfile_page_ns) : 4 * ns(a.anonymous_page_ns);
    return acknowledged + ns(s_.host.scheduler.context_switch_ns) + pages + ns(a.mb_alloc_ext_pgs_ns) +
           ns(s_.host.ktls.ktls_frame_ns) + ns(a.sbappend_ns) + ns(s_.host.ktls.soref_ns) +
           ns(s_.host.ktls.ktls_enqueue_ns);
  }

  Scenario s_;
};

TEST_P(RecordClockTest, a_record_alone_takes_exactly_the_sum_of_its_steps) {
  const RunResult result = simulate(s_, EngineKind::fiber, 0);
  EXPECT_DOUBLE_EQ(metric(result, "latency_ready_us_mean"), static_cast<double>(enqueue_to_ready()) / 1e3);
  // In a cycle of constant length the window of 100 ms sees window/cycle records, rounded down or up.
  const double cycles = 100e6 / static_cast<double>(enqueue_to_ready() + ready_to_enqueue());
  const double seen = metric(result, "records_per_second") * 0.1;
  EXPECT_GE(seen, std::floor(cycles));
  EXPECT_LE(seen, std::ceil(cycles));
  EXPECT_EQ(metric(result, "in_flight_max"), 1);
}

INSTANTIATE_TEST_SUITE_P(
    paths, RecordClockTest,
    testing::Values(
        Path{"aesni_send", DriverKind::aesni, Dispatch::driver, WorkloadKind::send},
        Path{"aesni_sendfile", DriverKind::aesni, Dispatch::driver, WorkloadKind::sendfile},
        Path{"ccr_async_send", DriverKind::ccr, Dispatch::driver, WorkloadKind::send},
        Path{"ccr_async_sendfile", DriverKind::ccr, Dispatch::driver, WorkloadKind::sendfile},
        Path{"ccr_blocking_send", DriverKind::ccr, Dispatch::blocking, WorkloadKind::send},
        Path{"ccr_blocking_sendfile", DriverKind::ccr, Dispatch::blocking, WorkloadKind::sendfile},
        Path{"qat_async_send", DriverKind::qat, Dispatch::driver, WorkloadKind::send},
        Path{"qat_async_sendfile", DriverKind::qat, Dispatch::driver, WorkloadKind::sendfile},
        Path{"qat_blocking_send", DriverKind::qat, Dispatch::blocking, WorkloadKind::send},
        Path{"qat_blocking_sendfile", DriverKind::qat, Dispatch::blocking, WorkloadKind::sendfile}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace ktlssim
