// sendfile(2): how a file becomes records and batches, and pages that come from disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/drivers/drivers.hpp"
#include "sim/kernel/kern_sendfile.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/workload/workload.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;

// What becomes ready: the payloads of each batch.
class Batches final : public Protocol {
 public:
  void pr_ready(Socket&, Mbuf& m, int records) override {
    std::vector<std::int64_t>& batch = all.emplace_back();
    Mbuf* record = &m;
    for (int i = 0; i < records; ++i, record = record->m_next) batch.push_back(record->payload_bytes);
  }
  void pr_abort(Socket&) override {}

  std::vector<std::vector<std::int64_t>> all;
};

// The batch that one non-blocking sendfile of a mebibyte makes with this send buffer, from this offset on.
std::vector<std::int64_t> batch_of(std::int64_t send_buffer_bytes, std::int64_t offset) {
  Scenario s = ideal_scenario();
  s.workload.send_buffer_bytes = send_buffer_bytes;
  s.workload.file_offset_bytes = offset;
  Batches batches;
  with_kernel(s, EngineKind::fiber, [&batches](Kernel& k) {
    const Drivers drivers(k, false);
    ktls_init(k);
    Socket& so = open_session(k, batches, 0);
    Thread& thread = k.sched.create("test", ThreadClass::application, 0, [&] {
      vn_sendfile(k, so, 1048576, true);
      k.sched.sleep("-");
    });
    k.sched.make_runnable(thread);
    k.executive.run_until(Time{10});
  });
  EXPECT_EQ(batches.all.size(), 1U);
  return batches.all.empty() ? std::vector<std::int64_t>{} : batches.all.front();
}

TEST(Sendfile, a_pass_that_does_not_fit_ends_at_a_page_of_the_file) {
  // 100 000 bytes of space hold 24 pages.
  EXPECT_THAT(batch_of(100000, 0), ElementsAre(16384, 16384, 16384, 16384, 16384, 16384));
  // 45 000 bytes hold ten pages.
  EXPECT_THAT(batch_of(45000, 0), ElementsAre(16384, 16384, 8192));
}

TEST(Sendfile, a_record_that_starts_within_a_page_is_short_because_it_has_four_pages) {
  // 3096 bytes to the next page, then 23 whole pages: 97 304 bytes. The first record has 16 384 - 1000.
  EXPECT_THAT(batch_of(100000, 1000), ElementsAre(15384, 16384, 16384, 16384, 16384, 16384));
}

TEST(Sendfile, a_file_ends_in_a_partial_record) {
  Scenario s = ideal_scenario();
  s.workload.sessions = 1;
  s.workload.file_bytes = 20000;  // 16 384 and 3616
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 20;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "throughput_gbps") / metric(result, "records_per_second") * 1e9 / 8, 10000, 100);
}

TEST(Sendfile, pages_from_disk_hold_back_the_batch_that_needs_them) {
  Scenario s = ideal_scenario();
  s.workload.sessions = 1;
  s.workload.io = AppIo::blocking;
  s.workload.write_bytes = 65536;
  s.workload.send_buffer_bytes = 65652;  // one batch of four records
  s.workload.disk_probability = 1;
  s.workload.disk_latency_us = 1000;
  s.workload.start_spread_us = 0;
  s.network.tso_bytes = s.network.ack_bytes = 65652;
  s.network.rtt_us = s.network.rx_holdoff_us = 0;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 4000;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // A batch a cycle of 1000 us on average and 5.25 us on the wire; 4000 cycles, standard error 1.6 %.
  EXPECT_NEAR(metric(result, "records_per_second"), 4 / 1005.25e-6, 0.06 * 3979);
  EXPECT_TRUE(result.random);
}

TEST(Sendfile, batches_that_reach_the_worker_out_of_order_leave_in_order) {
  for (const Scenario& base : {ideal_scenario(), ideal_ccr(), ideal_qat()}) {
    for (const Dispatch dispatch : {Dispatch::driver, Dispatch::blocking}) {
      Scenario s = base;
      s.host.cpus = q(4);
      s.ktls.dispatch = dispatch;
      for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
      s.workload.sessions = 6;
      s.workload.file_bytes = 100000;
      s.workload.disk_probability = 0.5;
      s.workload.disk_latency_us = 80;
      s.measure.warmup_ms = 2;
      s.measure.duration_ms = 10;
      // sbready throws if a record is released out of order; the laws of conservation are checked at the end.
      EXPECT_GT(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), 0);
    }
  }
}

TEST(BufferCache, a_worker_that_finds_it_empty_takes_pages_for_a_second_while_the_alloc_thread_makes_more) {
  Scenario s = ideal_scenario();
  s.workload.sessions = 1;
  s.workload.send_buffer_bytes = 16 * (16384 + 29);
  s.ktls.contiguous_buffers = 4;
  s.ktls.max_alloc = 100;
  s.host.ktls.ktls_alloc_buffer_ns = q(1000);
  s.host.ktls.vm_page_alloc_ns = q(10);
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 900;
  const RunResult first = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(counter(first, "ktlssim.buffer_cache_failures"), 1);  // the hold-off
  EXPECT_EQ(counter(first, "kern.ipc.tls.domain0.allocs"), 100);
  std::int64_t page_ns = 0;
  for (const CpuRow& row : first.cpu)
    if (row.function == "vm_page_alloc") page_ns += row.busy_ns;
  EXPECT_GT(page_ns, 0);
  s.measure.warmup_ms = 1100;  // a second later there are enough
  s.measure.duration_ms = 100;
  const RunResult later = simulate(s, EngineKind::fiber, 0);
  for (const CpuRow& row : later.cpu) EXPECT_NE(row.function, "vm_page_alloc");
}

// Nothing is left to the domain that has no session.
TEST(BufferCache, every_domain_has_its_own) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.host.numa_domains = q(2);
  s.ktls.bind_threads = 2;
  s.network.numa_domain = 1;
  s.workload.sessions = 4;
  s.workload.send_buffer_bytes = 16 * (16384 + 29);
  s.ktls.contiguous_buffers = 9;
  s.ktls.max_alloc = 100;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 5;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(counter(result, "kern.ipc.tls.domain0.allocs"), 0);
  EXPECT_EQ(counter(result, "kern.ipc.tls.domain1.allocs"), 100);
}

}  // namespace
}  // namespace ktlssim
