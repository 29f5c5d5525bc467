// What the two paths do and do not, seen from outside: order, dispatch, failures, conservation, determinism.
#include <cmath>
#include <gtest/gtest.h>

#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/tcp.hpp"
#include "sim/kernel/uipc_sockbuf.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// A server with plausible costs, small enough for a test.
Scenario server(Scenario s, Dispatch dispatch) {
  s.host.cpus = q(4);
  s.host.threads_per_core = q(2);
  s.host.smt_speed = q(0.6);
  SchedulerCosts& c = s.host.scheduler;
  c.context_switch_ns = q(700);
  c.wakeup_ns = q(300);
  c.cpu_idle_exit_ns = q(1200);
  c.interrupt_ns = q(900);
  s.host.application.sendfile_ns = q(800);
  s.host.application.sendfile_page_ns = q(70);
  s.host.ktls.ktls_encrypt_record_ns = q(250);
  s.host.ktls.ktls_encrypt_cb_ns = q(200);
  s.host.tcp.tcp_usr_ready_ns = q(150);
  s.host.tcp.tcp_output_ns = q(400);
  s.host.tcp.tcp_output_burst_ns = q(500);
  s.host.tcp.tcp_input_ack_ns = q(600);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
  if (s.driver.has_device) {
    s.driver.device.process_ns = q(500);
    s.driver.device.response_ns = q(250);
    s.driver.device.latency_submit_ns = q(2000);
  }
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 12;
  s.workload.send_buffer_bytes = 262144;
  s.workload.flow_ids = FlowIds::random;
  s.workload.start_spread_us = 300;
  s.network.rx_holdoff_us = 5;
  s.ktls.dispatch = dispatch;
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 10;
  return s;
}

bool same_results(const RunResult& a, const RunResult& b) {
  const auto same_metric = [](const Metric& x, const Metric& y) {
    const bool neither = std::isnan(x.value) && std::isnan(y.value);  // no value on both
    return x.name == y.name && (neither || x.value == y.value);
  };
  const auto same_row = [](const CpuRow& x, const CpuRow& y) {
    return x.thread == y.thread && x.function == y.function && x.busy_ns == y.busy_ns;
  };
  return a.status == b.status && a.fingerprint == b.fingerprint && a.counters == b.counters &&
         std::equal(a.metrics.begin(), a.metrics.end(), b.metrics.begin(), b.metrics.end(), same_metric) &&
         std::equal(a.cpu.begin(), a.cpu.end(), b.cpu.begin(), b.cpu.end(), same_row);
}

TEST(Dispatch, the_software_driver_never_goes_async_so_dispatch_changes_nothing) {
  const RunResult before = simulate(server(ideal_scenario(), Dispatch::blocking), EngineKind::fiber, 0);
  const RunResult after = simulate(server(ideal_scenario(), Dispatch::driver), EngineKind::fiber, 0);
  EXPECT_EQ(before.status, RunStatus::done) << before.diagnosis;
  EXPECT_TRUE(same_results(before, after));
  EXPECT_EQ(metric(after, "state_bytes_max"), 0);  // no malloc'ed state: blocking path
}

TEST(Dispatch, over_a_coprocessor_it_changes_who_waits_and_who_finishes) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat()}) {
    const RunResult before = simulate(server(base, Dispatch::blocking), EngineKind::fiber, 0);
    const RunResult after = simulate(server(base, Dispatch::driver), EngineKind::fiber, 0);
    EXPECT_LE(metric(before, "in_flight_max"), 4);  // one a worker
    EXPECT_GT(metric(after, "in_flight_max"), 4);
    EXPECT_GT(metric(after, "throughput_gbps"), metric(before, "throughput_gbps"));
    EXPECT_GT(utilization(before, "KTLS workers"), 0.8);
  }
}

TEST(Dispatch, the_older_kernels_callback_costs_software_drivers_a_wakeup_nobody_needs) {
  Scenario s = server(ideal_scenario(), Dispatch::driver);
  s.host.ktls.ktls_ocf_callback_ns = q(100);
  const RunResult now = simulate(s, EngineKind::fiber, 0);
  s.ktls.legacy_callback = true;
  const RunResult older = simulate(s, EngineKind::fiber, 0);
  EXPECT_GT(metric(older, "cpu_us_per_record"),
            metric(now, "cpu_us_per_record") + 0.3);  // 100 + wakeup_ns a record
}

TEST(Determinism, same_seed_same_results_and_another_replication_differs) {
  const Scenario s = server(ideal_ccr(), Dispatch::driver);
  const RunResult a = simulate(s, EngineKind::fiber, 3);
  EXPECT_TRUE(same_results(a, simulate(s, EngineKind::fiber, 3)));
  EXPECT_FALSE(same_results(a, simulate(s, EngineKind::fiber, 4)));
}

TEST(Determinism, both_engines_walk_the_same_trajectory) {
  for (const Dispatch dispatch : {Dispatch::driver, Dispatch::blocking})
    for (const Scenario& base : {ideal_scenario(), ideal_ccr(), ideal_qat()}) {
      const Scenario s = server(base, dispatch);
      in_child([&s] {
        EXPECT_TRUE(same_results(simulate(s, EngineKind::fiber, 0), simulate(s, EngineKind::simgrid, 0)));
      });
    }
}

TEST(Sockbuf, a_late_head_record_holds_back_its_connection) {
  with_kernel(ideal_scenario(), EngineKind::fiber, [](Kernel& k) {
    Thread& thread = k.sched.create("test", ThreadClass::ktls, 0, [&k] {
      Socket so;
      so.so_snd.sb_hiwat = 1 << 20;
      Mbuf records[3];
      for (int i = 0; i < 3; ++i) {
        records[i].wire_bytes = 1000 * (i + 1);
        records[i].so = &so;
        records[i].m_next = i < 2 ? &records[i + 1] : nullptr;
      }
      ktls_seq(so, records[0]);
      sbappendstream(so, records[0]);
      EXPECT_EQ(so.so_snd.sb_ccc, 6000);
      EXPECT_FALSE(sbready(k, so, records[2], 1));  // EINPROGRESS: the head is not ready
      EXPECT_FALSE(sbready(k, so, records[1], 1));
      EXPECT_EQ(so.so_snd.sb_acc, 0);
      EXPECT_EQ(so.so_snd.sb_fnrdy, &records[0]);
      EXPECT_TRUE(sbready(k, so, records[0], 1));  // the head releases all three
      EXPECT_EQ(so.so_snd.sb_acc, 6000);
      EXPECT_EQ(so.so_snd.sb_fnrdy, nullptr);
      k.sched.sleep("-");
    });
    k.sched.make_runnable(thread);
    k.executive.run_until(Time{10});
    EXPECT_EQ(thread.state, ThreadState::sleeping);
  });
}

// Counts what TCP hands to the interface.
class CountingNetwork final : public Network {
 public:
  void attach(Socket&) override {}
  void if_output(Socket&, std::int64_t, std::int64_t bytes) override { sent.push_back(bytes); }
  void softclock(Socket&) override {}
  std::vector<Resource> resources(std::int64_t) const override { return {}; }

  std::vector<std::int64_t> sent;
};

TEST(Tcp, a_record_that_is_held_back_costs_locks_but_no_tcp_output) {
  Scenario s = ideal_scenario();
  s.host.tcp.tcp_usr_ready_ns = q(10);
  s.host.tcp.tcp_output_ns = q(1000);
  s.network.tso_bytes = 1000000;
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    CountingNetwork network;
    k.network = &network;
    Tcp tcp(k);
    Socket so;
    so.snd_wnd_edge = 1000000;
    Mbuf records[2];
    records[0].wire_bytes = 100;
    records[1].wire_bytes = 200;
    records[0].m_next = &records[1];
    k.sched.make_runnable(k.sched.create("test", ThreadClass::ktls, 0, [&] {
      ktls_seq(so, records[0]);
      sbappendstream(so, records[0]);
      tcp.pr_ready(so, records[1], 1);
      EXPECT_EQ(k.now(), Time{10});
      EXPECT_TRUE(network.sent.empty());
      tcp.pr_ready(so, records[0], 1);
      EXPECT_EQ(k.now(), Time{1020});
      EXPECT_EQ(network.sent, std::vector<std::int64_t>({300}));  // the run of both, in one burst
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{5000});
  });
}

TEST(Qat, a_full_ring_fails_the_request_and_aborts_the_connection) {
  Scenario s = server(ideal_qat(), Dispatch::driver);
  s.driver.qat.banks = q(1);
  s.driver.qat.in_flight_per_bank = q(8);
  const RunResult overflow = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(overflow.status, RunStatus::done) << overflow.diagnosis;
  EXPECT_GT(counter(overflow, "dev.qat.0.stats.ring_full"), 0);
  EXPECT_EQ(counter(overflow, "dev.qat.0.stats.ring_full"),
            counter(overflow, "kern.ipc.tls.stats.failed_crypto"));
  // Blocking, a bank holds at most one request a worker: the same ring never overflows.
  s.ktls.dispatch = Dispatch::blocking;
  EXPECT_EQ(counter(simulate(s, EngineKind::fiber, 0), "dev.qat.0.stats.ring_full"), 0);
}

TEST(Ccr, what_the_ring_cannot_hold_waits_on_the_list_and_nothing_fails) {
  Scenario s = server(ideal_ccr(), Dispatch::driver);
  s.driver.ccr.ring_descriptors = q(128);  // 21 requests of six descriptors
  s.driver.ccr.drain_ns = q(80);
  const RunResult small = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(metric(small, "failed_records"), 0);
  EXPECT_GT(metric(small, "in_flight_max"), 100);
  EXPECT_GT(utilization(small, "ccr engines"), 0.9);
}

// The one interrupt that was asked for comes when the ring is full again, and the senders all wait: nothing
// starts the list again.
TEST(Ccr, an_egress_update_that_comes_too_early_leaves_the_list_behind_and_the_run_says_so) {
  Scenario s = server(ideal_ccr(), Dispatch::driver);
  s.driver.ccr.ring_descriptors = q(128);
  s.workload.sessions = 64;
  s.workload.send_buffer_bytes = 1048576;
  const RunResult lost = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(lost.status, RunStatus::stalled);
  EXPECT_NE(lost.diagnosis.find("no egress update is due"), std::string::npos) << lost.diagnosis;
  s.driver.ccr.ring_descriptors = q(1024);
  const RunResult found = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(found.status, RunStatus::done) << found.diagnosis;
}

// The end of the run cuts records off in the middle on every path. Nothing may leak (the sanitizer build
// looks), and stopping twice is no different.
TEST(Stop, in_the_middle_of_a_record_it_leaks_nothing) {
  for (const EngineKind engine : {EngineKind::fiber, EngineKind::simgrid})
    for (const double end_us : {301.0, 317.5, 350.0, 404.25}) {
      Scenario s = server(ideal_ccr(), end_us < 340 ? Dispatch::driver : Dispatch::blocking);
      s.measure.warmup_ms = 0;
      s.measure.duration_ms = end_us / 1e3;
      in_child([&] { EXPECT_EQ(simulate(s, engine, 0).status, RunStatus::done); });
    }
  with_kernel(ideal_scenario(), EngineKind::fiber, [](Kernel& k) {
    k.sched.make_runnable(k.sched.create("worker", ThreadClass::ktls, 0, [&k] {
      for (;;) k.charge(Function::encryption, Time{1000});
    }));
    k.executive.run_until(Time{1500});
    k.executive.stop();
    k.executive.stop();
  });
}

TEST(Stop, a_broken_law_inside_a_thread_is_reported_and_ends_the_run) {
  for (const EngineKind engine : {EngineKind::fiber, EngineKind::simgrid})
    in_child([engine] {
      std::string message;
      try {
        with_kernel(ideal_scenario(), engine, [](Kernel& k) {
          k.sched.make_runnable(k.sched.create("worker", ThreadClass::ktls, 0, [&k] {
            k.charge(Function::encryption, Time{1000});
            throw ModelError("as a test");
          }));
          try {
            k.executive.run_until(Time{5000});
          } catch (...) {
            k.executive.stop();
            throw;
          }
        });
      } catch (const ModelError& error) {
        message = error.what();
      }
      EXPECT_EQ(message, "as a test");
    });
}

TEST(Stall, threads_that_wait_for_each_other_leave_nothing_due_and_the_state_shows_them) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(2);
  with_kernel(s, EngineKind::fiber, [](Kernel& k) {
    Mutex a, b;
    LockStatistics statistics{"test"};
    const auto lock_both = [&](const std::string& name, int cpu, Mutex& first, Mutex& second) -> Thread& {
      return k.sched.create(name, ThreadClass::ktls, cpu, [&] {
        k.mtx_lock(first, statistics);
        k.charge(Function::application, Time{100});
        k.mtx_lock(second, statistics);
      });
    };
    k.sched.make_runnable(lock_both("one", 0, a, b));
    k.sched.make_runnable(lock_both("two", 1, b, a));
    EXPECT_EQ(k.executive.run_until(Time{10000}), Executive::End::calendar_empty);
    EXPECT_EQ(k.executive.last_event(), Time{100});
    EXPECT_EQ(k.sched.state_of_threads(),
              "  one: running mtx_spin on CPU 0\n  two: running mtx_spin on CPU 1\n");
    k.executive.stop();
  });
}

Scenario loopback_with_ktls_rx(Scenario s, Dispatch dispatch) {
  s = server(s, dispatch);
  s.network.kind = NetworkKind::loopback;
  s.network.receiver = ReceiverKind::ktls_rx;
  return s;
}

TEST(KtlsRx, every_record_is_decrypted_by_the_workers_and_read) {
  for (const Scenario& base : {ideal_scenario(), ideal_ccr(), ideal_qat()})
    for (const Dispatch dispatch : {Dispatch::driver, Dispatch::blocking}) {
      const RunResult result = simulate(loopback_with_ktls_rx(base, dispatch), EngineKind::fiber, 0);
      EXPECT_GT(metric(result, "throughput_gbps"), 0);
      // Each record meets OpenCrypto twice, but for those on their way.
      const auto crypts = static_cast<double>(counter(result, "kern.ipc.tls.stats.ocf.tls12_gcm_crypts"));
      const auto sent = static_cast<double>(counter(result, "kern.ipc.tls.stats.ocf.separate_output"));
      EXPECT_LE(crypts, 2 * sent);
      EXPECT_GE(crypts, 2 * sent - 12 * (16 + 64));  // those that the buffers of 12 sessions hold
      std::int64_t decryption = 0;
      for (const CpuRow& row : result.cpu) decryption += row.function == "decryption" ? row.busy_ns : 0;
      EXPECT_EQ(decryption, 0);
    }
}

TEST(KtlsRx, over_a_coprocessor_receiving_holds_up_sending_on_the_same_worker) {
  Scenario s = loopback_with_ktls_rx(ideal_qat(), Dispatch::driver);
  s.workload.flow_ids = FlowIds::zero;  // one worker for all
  const double with_rx = metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps");
  s.network.receiver = ReceiverKind::userland;
  const double without = metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps");
  EXPECT_LT(with_rx, 0.7 * without);
}

}  // namespace
}  // namespace ktlssim
