// What-if: completions that are polled for. And poll(2), with the priority of those that sleep in it.
#include <gtest/gtest.h>

#include "sim/kernel/uipc_sockbuf.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// One record in circulation over a card that takes 3 us; a look takes 100 ns and a completion 50.
Scenario one_record() {
  Scenario s = ideal_ccr();
  s.host.cpus = q(2);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
  s.driver.device.response_ns = q(50);
  s.host.polling.look_ns = q(100);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.records_in_flight = 1;
  s.what_if.poll_threads = 1;
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

TEST(PollCompletions, a_thread_that_never_sleeps_finds_an_entry_one_look_after_it_has_come) {
  const RunResult result = simulate(one_record(), EngineKind::fiber, 0);
  EXPECT_DOUBLE_EQ(metric(result, "latency_ready_us_mean"), 3.150);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e9 / 3150, 100);
  EXPECT_EQ(metric(result, "interrupts_per_second"), 0);
  EXPECT_EQ(busy_ns(result, "crypto"), 10'000'000);  // all of one CPU
}

TEST(PollCompletions, a_thread_that_sleeps_in_between_finds_it_when_it_wakes) {
  Scenario s = one_record();
  s.what_if.poll_interval_us = 10;
  // A look that finds nothing, 10 us, a look that finds the completion, 50 ns for it.
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_DOUBLE_EQ(metric(result, "latency_ready_us_mean"), 10.250);
  EXPECT_NEAR(static_cast<double>(busy_ns(result, "crypto")), 10e6 * 250 / 10250, 500);
}

TEST(PollCompletions, every_driver_with_a_device_runs_without_interrupts_of_its_own) {
  for (const Scenario& base : {ideal_ccr(), ideal_qat(), ideal_qat_ocf()})
    for (const Dispatch dispatch : {Dispatch::driver, Dispatch::blocking})
      for (const double interval_us : {0.0, 5.0}) {
        Scenario s = base;
        s.host.cpus = q(4);
        s.host.polling.look_ns = q(50);
        s.host.scheduler.context_switch_ns = q(300);
        for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(3000);
        s.ktls.dispatch = dispatch;
        s.workload.kind = WorkloadKind::closed;
        s.workload.sessions = 8;
        s.what_if.poll_threads = 2;
        s.what_if.poll_interval_us = interval_us;
        s.measure.duration_ms = 5;
        const RunResult fiber = simulate(s, EngineKind::fiber, 0);
        EXPECT_GT(metric(fiber, "records_per_second"), 10000);
        EXPECT_EQ(metric(fiber, "interrupts_per_second"), 0);
        in_child([&] { EXPECT_EQ(simulate(s, EngineKind::simgrid, 0).fingerprint, fiber.fingerprint); });
      }
}

TEST(Poll, a_thread_looks_at_every_socket_before_and_after_it_sleeps) {
  Scenario s = ideal_scenario();
  s.workload.kind = WorkloadKind::send;
  s.workload.io = AppIo::poll;
  s.workload.sessions = 1;
  s.workload.write_bytes = 16384;
  s.workload.send_buffer_bytes = 16384 + 29;
  s.workload.start_spread_us = 0;
  s.network.rtt_us = 100;
  s.network.ack_bytes = 1;
  s.host.userland.poll_fd_ns = q(100);
  s.measure.duration_ms = 100;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  const double records = metric(result, "records_per_second") * 0.1;
  EXPECT_GT(records, 100);
  EXPECT_NEAR(static_cast<double>(busy_ns(result, "application")), records * 200, 250);
}

// Socket with a thread asleep that serves it. Returns the priority with which an acknowledgement wakes the thread.
int woken_priority(bool selects) {
  Scenario s = ideal_scenario();
  s.host.scheduler.cpu_idle_exit_ns = q(1000);
  int priority = 0;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    Socket& so = k.sockets.emplace_back();
    so.so_snd.sb_hiwat = 100000;
    so.so_snd.sb_ccc = selects ? 99000 : 0;  // poll(2) is woken though there is hardly any space
    Kqueue kq;
    kq.selects = selects;
    Thread& sleeper = k.sched.create("app", ThreadClass::application, 0, [&k] { k.sched.sleep("-"); }, "kqread");
    kq.waiter = &sleeper;
    so.kqueue = &kq;
    so.knote_armed = true;
    k.sched.make_runnable(k.sched.create("ack", ThreadClass::interrupt, 0, [&] {
      sowwakeup(k, so);
      priority = sleeper.priority;
      k.sched.sleep("-");
    }));
    k.executive.run_until(Time{10000});
  });
  return priority;
}

TEST(Poll, only_a_sleeper_of_poll_wakes_with_the_priority_of_sockets) {
  EXPECT_EQ(woken_priority(true), 104);   // PSOCK
  EXPECT_EQ(woken_priority(false), 120);  // its own
}

}  // namespace
}  // namespace ktlssim
