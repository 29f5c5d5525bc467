#include "sim/drivers/interrupt_queue.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

using State = InterruptQueue::State;

// A queue with 5000 ns of hold-off, whose interrupt costs 100 ns and each entry 300 ns.
class InterruptQueueTest : public testing::Test, private CompletionHandler {
 protected:
  InterruptQueueTest() { scenario_.host.scheduler.interrupt_ns = q(100); }

  // Posts entries at the given times and runs until `horizon`; `probe` is asked for the state at each given
  // time.
  void run(const std::vector<std::int64_t>& posts, const std::vector<std::int64_t>& probes,
           std::int64_t horizon = 100000) {
    with_kernel(scenario_, EngineKind::fiber, [&](Kernel& k) {
      kernel_ = &k;
      InterruptQueue queue(k, "irq", {0, true}, Time{5000}, *this, enough_);
      if (rearm_first_) queue.rearm_first(Time{200});
      queue_ = &queue;
      if (busy_ns_ > 0)
        k.sched.make_runnable(k.sched.create("user", ThreadClass::application, 0, [&k, this] {
          k.charge(Function::application, Time{busy_ns_});
          left_ = k.now().count();
          for (;;) k.sched.sleep("-");
        }));
      for (const std::int64_t at : posts)
        k.calendar().call_at<&InterruptQueueTest::post>(Time{at}, Rank::hardware, this);
      for (const std::int64_t at : probes)
        k.calendar().call_at<&InterruptQueueTest::probe>(Time{at}, Rank::lapse, this);
      k.executive.run_until(Time{horizon});
      interrupts_ = k.recorder.interrupts();
      switches_ = k.sched.counters().context_switches;
      k.executive.stop();
    });
  }

  Scenario scenario_ = ideal_scenario();
  std::size_t enough_ = 0;
  bool rearm_first_ = false;
  std::int64_t busy_ns_ = 0;  // of a thread that has the CPU from the beginning
  std::int64_t left_ = 0;     // when it went to sleep
  std::int64_t switches_ = 0;
  std::vector<std::int64_t> handled_;
  std::vector<State> states_;
  std::int64_t interrupts_ = 0;

 private:
  void handle(const Completion&) override {
    kernel_->charge(Function::driver_response, Time{300});
    handled_.push_back(kernel_->now().count());
  }
  void post(std::uint64_t) { queue_->post({}); }
  void probe(std::uint64_t) { states_.push_back(queue_->state()); }

  Kernel* kernel_ = nullptr;
  InterruptQueue* queue_ = nullptr;
};

using Times = std::vector<std::int64_t>;

TEST_F(InterruptQueueTest, one_that_re_arms_first_lets_the_timer_run_beside_the_service) {
  rearm_first_ = true;
  run({1000, 7000}, {});
  // Raised at 6000; 100 for the interrupt, 200 for the status, then the timer starts, at 6300, and the entry takes
  // 300. It goes off at 11 300, and what came at 7000 is done 600 later. After that the timer finds nothing.
  EXPECT_EQ(handled_, Times({6600, 11900}));
  EXPECT_EQ(interrupts_, 2);
}

TEST_F(InterruptQueueTest, one_that_re_arms_first_is_raised_again_by_a_timer_that_goes_off_while_it_drains) {
  rearm_first_ = true;
  // Twenty entries at once keep it busy from 6300 to 12 300; the timer goes off at 11 300.
  run(Times(20, 1000), {});
  EXPECT_EQ(handled_.back(), 6300 + 20 * 300);
  EXPECT_EQ(interrupts_, 2);
}

TEST_F(InterruptQueueTest, the_first_entry_after_arming_starts_the_timer) {
  run({1000, 4000}, {500, 1000, 5999, 6050, 7000});
  // Raised at 1000 + 5000; 100 for the interrupt, then 300 an entry.
  EXPECT_EQ(handled_, Times({6400, 6700}));
  EXPECT_EQ(states_, std::vector<State>(
                         {State::armed, State::timing, State::timing, State::in_service, State::armed}));
  EXPECT_EQ(interrupts_, 1);
}

TEST_F(InterruptQueueTest, a_raised_interrupt_waits_for_an_idle_cpu_to_wake_up) {
  scenario_.host.scheduler.cpu_idle_exit_ns = q(700);
  run({1000}, {6000, 6699, 6750});
  EXPECT_EQ(states_, std::vector<State>({State::raised, State::raised, State::in_service}));
  EXPECT_EQ(handled_, Times({7100}));  // 6000 + 700 + 100 + 300
}

TEST_F(InterruptQueueTest, entries_that_arrive_in_service_are_drained_without_a_new_interrupt) {
  run({1000, 6200}, {6250});
  EXPECT_EQ(states_, std::vector<State>({State::in_service}));
  EXPECT_EQ(handled_, Times({6400, 6700}));
  EXPECT_EQ(interrupts_, 1);
}

TEST_F(InterruptQueueTest, an_entry_after_the_exit_starts_a_new_hold_off) {
  run({1000, 6402}, {6401, 6402});
  EXPECT_EQ(states_, std::vector<State>({State::armed, State::timing}));
  EXPECT_EQ(handled_, Times({6400, 6402 + 5000 + 100 + 300}));
  EXPECT_EQ(interrupts_, 2);
}

TEST_F(InterruptQueueTest, an_entry_that_waits_at_the_exit_starts_the_timer_at_once) {
  scenario_.host.scheduler.interrupt_exit_ns = q(200);
  run({1000, 6450}, {6500, 6601});
  // The thread found the queue empty at 6400 and re-arms it at 6600; the hold-off runs from there.
  EXPECT_EQ(states_, std::vector<State>({State::in_service, State::timing}));
  EXPECT_EQ(handled_, Times({6400, 6600 + 5000 + 100 + 300}));
}

TEST_F(InterruptQueueTest, enough_entries_end_the_hold_off_early) {
  enough_ = 2;
  run({1000, 1600}, {1599, 1601});
  EXPECT_EQ(states_, std::vector<State>({State::timing, State::in_service}));
  EXPECT_EQ(handled_, Times({2000, 2300}));  // 1600 + 100 + 300
  EXPECT_EQ(interrupts_, 1);
}

TEST_F(InterruptQueueTest, a_timer_that_was_ended_early_does_not_end_the_next_hold_off) {
  enough_ = 2;
  run({1000, 1600, 2500}, {});
  EXPECT_EQ(handled_, Times({2000, 2300, 2500 + 5000 + 100 + 300}));  // not 6000 + 400
}

TEST_F(InterruptQueueTest, enough_entries_at_the_exit_interrupt_at_once) {
  scenario_.host.scheduler.interrupt_exit_ns = q(200);
  enough_ = 2;
  run({1000, 1000, 1750, 1760}, {});  // the first two are done at 1700, the exit at 1900
  EXPECT_EQ(handled_, Times({1400, 1700, 2300, 2600}));
  EXPECT_EQ(interrupts_, 2);
}

// What another CPU raises: 2000 ns of flight, 100 ns where it lands, 700 where a switch was before it.
class InterruptFromAfar : public InterruptQueueTest {
 protected:
  InterruptFromAfar() {
    scenario_.host.scheduler.ipi_flight_ns = q(2000);
    scenario_.host.scheduler.ipi_caught_ns = q(700);
  }
};

TEST_F(InterruptFromAfar, lands_on_a_thread_that_computes) {
  busy_ns_ = 50000;
  run({1000}, {7999, 8001});
  EXPECT_EQ(states_, std::vector<State>({State::raised, State::in_service}));
  EXPECT_EQ(handled_, Times({8400}));  // raised at 6000; 2000 + 100 + 300
  EXPECT_EQ(left_, 50400);
  EXPECT_EQ(switches_, 3);  // to the user, to the interrupt and back
}

TEST_F(InterruptFromAfar, is_forestalled_by_a_switch) {
  busy_ns_ = 7000;
  run({1000}, {});
  EXPECT_EQ(handled_, Times({8000}));  // 7000 + 700 + 300: the thread was in the run queue since 6000
  EXPECT_EQ(left_, 7000);
  EXPECT_EQ(switches_, 2);  // nobody is preempted
}

TEST_F(InterruptFromAfar, wakes_an_idle_cpu_when_it_lands) {
  run({1000}, {});
  EXPECT_EQ(handled_, Times({8400}));
}

TEST_F(InterruptFromAfar, is_none_for_a_thread_that_has_not_gone_to_sleep) {
  scenario_.host.scheduler.interrupt_exit_ns = q(6000);
  run({1000, 8450}, {});
  // The queue is armed again at 8400, before the exit. Its timer goes off at 13 450, the exit ends at 14 400, and there is
  // nothing to pay for then.
  EXPECT_EQ(handled_, Times({8400, 14700}));
  EXPECT_EQ(interrupts_, 2);
  EXPECT_EQ(switches_, 1);
}

TEST_F(InterruptFromAfar, is_none_for_a_thread_on_its_way_to_sleep) {
  scenario_.host.scheduler.sleep_ns = q(6000);
  run({1000, 8450}, {});
  EXPECT_EQ(handled_, Times({8400, 14700}));
  EXPECT_EQ(switches_, 1);
}

TEST_F(InterruptQueueTest, entries_come_out_in_order_and_all_of_them) {
  Times posts;
  Times expected;
  for (std::int64_t i = 0; i < 20; ++i) {
    posts.push_back(100 * i);
    expected.push_back(5000 + 100 + 300 * (i + 1));
  }
  run(posts, {});
  EXPECT_EQ(handled_, expected);
}

}  // namespace
}  // namespace ktlssim
