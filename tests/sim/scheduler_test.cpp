#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/scheduler_fixture.hpp"

namespace ktlssim {
namespace {

class SchedulerTest : public SchedulerFixture {};

TEST_P(SchedulerTest, an_interrupt_thread_preempts_at_once_and_the_rest_of_the_step_follows) {
  run([this](Kernel& k) {
    wake_at(k, worker(k, "user", ThreadClass::application, 0, 1000), 0);
    wake_at(k, worker(k, "intr", ThreadClass::interrupt, 0, 300), 400);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["intr"], Times({700}));   // 400 + 300
    EXPECT_EQ(done_["user"], Times({1300}));  // 1000 + 300 stolen from it
  });
}

TEST_P(SchedulerTest, a_kernel_thread_waits_until_the_user_thread_sleeps) {
  run([this](Kernel& k) {
    wake_at(k, worker(k, "user", ThreadClass::application, 0, 1000), 0);
    wake_at(k, worker(k, "kthread", ThreadClass::ktls, 0, 300), 400);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["user"], Times({1000}));
    EXPECT_EQ(done_["kthread"], Times({1300}));
  });
}

TEST_P(SchedulerTest, a_kernel_thread_displaces_the_user_thread_that_returns_to_user_mode) {
  run([this](Kernel& k) {
    Thread& user = k.sched.create("user", ThreadClass::application, 0, [this, &k] {
      for (int call = 0; call < 2; ++call) {
        k.charge(Function::syscall, Time{1000});
        k.sched.userret();
        done_["user"].push_back(k.now().count());
      }
      k.sched.sleep("-");
    });
    wake_at(k, user, 0);
    wake_at(k, worker(k, "kthread", ThreadClass::ktls, 0, 300), 400);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["kthread"], Times({1300}));
    EXPECT_EQ(done_["user"],
              Times({1300, 2300}));  // the first call ends at 1000, then 300 of the kernel thread
  });
}

TEST_P(SchedulerTest, every_switch_is_charged_to_the_incoming_thread) {
  scenario_.host.scheduler.context_switch_ns = q(50);
  run([this](Kernel& k) {
    Thread& user = worker(k, "user", ThreadClass::application, 0, 1000);
    Thread& intr = worker(k, "intr", ThreadClass::interrupt, 0, 300);
    wake_at(k, user, 0);
    wake_at(k, intr, 400);
    k.executive.run_until(Time{5000});
    k.sched.account_all();
    EXPECT_EQ(done_["intr"], Times({750}));   // 400 + 50 + 300
    EXPECT_EQ(done_["user"], Times({1450}));  // 50 + 1000 of its own, 350 of the interrupt, 50 to come back
    EXPECT_EQ(user.busy_ns[static_cast<std::size_t>(Function::cpu_switch)], 100);
    EXPECT_EQ(intr.total_busy_ns(), 350);
    EXPECT_EQ(k.sched.busy_ns(0), 1450);
    EXPECT_EQ(k.sched.idle_ns(0), 5000 - 1450);
  });
}

TEST_P(SchedulerTest, going_to_sleep_takes_its_time_and_a_wakeup_on_the_way_calls_it_off) {
  scenario_.host.scheduler.sleep_ns = q(200);
  run([this](Kernel& k) {
    Thread& user = worker(k, "user", ThreadClass::application, 0, 1000);
    wake_at(k, user, 0);
    wake_at(k, user, 1100);  // it would sleep from 1200 on
    wake_at(k, user, 4000);
    k.executive.run_until(Time{9000});
    k.sched.account_all();
    EXPECT_EQ(done_["user"], Times({1000, 2200, 5000}));
    EXPECT_EQ(user.busy_ns[static_cast<std::size_t>(Function::sleepq_wait)], 600);
    EXPECT_EQ(k.sched.counters().context_switches, 2);  // at 0 and at 4000
    EXPECT_EQ(k.sched.counters().wakeups, 2);
  });
}

TEST_P(SchedulerTest, who_is_on_the_way_to_sleep_is_known_by_what_it_will_sleep_on) {
  scenario_.host.scheduler.sleep_ns = q(200);
  run([this](Kernel& k) {
    Thread& user = k.sched.create("user", ThreadClass::application, 0, [this, &k] {
      k.charge(Function::application, Time{1000});
      k.sched.sleep("sbwait");
      done_["user"].push_back(k.now().count());
      for (;;) k.sched.sleep("-");
    });
    Thread& intr = k.sched.create("intr", ThreadClass::interrupt, 0, [&] {
      k.wakeup(&user, "sbwait");
      for (;;) k.sched.sleep("-");
    });
    wake_at(k, user, 0);
    wake_at(k, intr, 1100);
    k.executive.run_until(Time{1600});
    EXPECT_EQ(done_["user"], Times({1400}));  // 1000 + 200, and 200 in which the other goes to sleep before it
    k.executive.stop();
  });
}

TEST_P(SchedulerTest, another_cpus_interrupt_is_sent_once_for_two_threads) {
  run([this](Kernel& k) {
    Thread& user = worker(k, "user", ThreadClass::application, 0, 9000);
    Thread& first = worker(k, "first", ThreadClass::interrupt, 0, 300);
    Thread& second = worker(k, "second", ThreadClass::interrupt, 0, 300);
    wake_at(k, user, 0);
    ipi_at(k, first, 0, 1000);
    ipi_at(k, second, 0, 2000);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["first"], Times({4300}));  // 1000 + 3000 of flight + 300
    EXPECT_EQ(done_["second"], Times({4600}));
    EXPECT_EQ(first.arrival, Arrival::landed);
    EXPECT_EQ(second.arrival, Arrival::queued);
  });
}

TEST_P(SchedulerTest, another_cpus_interrupt_for_a_thread_that_floats_is_placed_when_it_lands) {
  scenario_.host.cpus = q(2);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "user", ThreadClass::application, 0, 9000), 0);
    Thread& floats = worker(k, "floats", ThreadClass::interrupt, -1, 300);
    ipi_at(k, floats, 0, 1000);
    k.executive.run_until(Time{9500});
    EXPECT_EQ(done_["floats"], Times({4300}));  // 1000 + 3000 of flight + 300, on the CPU that is idle
    EXPECT_EQ(done_["user"], Times({9000}));
  });
}

TEST_P(SchedulerTest, an_idle_cpu_takes_its_time_to_wake_up) {
  scenario_.host.scheduler.cpu_idle_exit_ns = q(200);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "user", ThreadClass::application, 0, 1000), 100);
    k.executive.run_until(Time{5000});
    k.sched.account_all();
    EXPECT_EQ(done_["user"], Times({1300}));
    EXPECT_EQ(k.sched.busy_ns(0), 1000);
  });
}

TEST_P(SchedulerTest, an_idle_cpu_steals_a_waiting_floating_thread) {
  scenario_.host.cpus = q(2);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "bound 0", ThreadClass::application, 0, 1000), 0);
    wake_at(k, worker(k, "bound 1", ThreadClass::application, 1, 400), 0);
    wake_at(k, worker(k, "floats", ThreadClass::application, -1, 500), 100);  // both CPUs are busy: it waits
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["floats"], Times({900}));  // CPU 1 is free at 400
    EXPECT_EQ(k.sched.counters().steals, 1);
  });
}

TEST_P(SchedulerTest, a_thread_of_a_domain_waits_for_its_cpus_though_others_idle) {
  scenario_.host.cpus = q(4);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "bound 0", ThreadClass::application, 0, 1000), 0);
    wake_at(k, worker(k, "bound 1", ThreadClass::application, 1, 400), 0);
    wake_at(k, worker(k, "bound 2", ThreadClass::application, 2, 150), 0);  // idle at 150: may not steal
    Thread& domain = worker(k, "domain", ThreadClass::application, -1, 500);
    k.sched.bind(domain, {0, 2});
    domain.cpu = 0;  // where it was last, and waits
    wake_at(k, domain, 100);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["domain"], Times({900}));  // CPU 1 is free at 400
    EXPECT_EQ(domain.cpu, 1);
    EXPECT_EQ(k.sched.counters().steals, 1);
  });
}

TEST_P(SchedulerTest, a_floating_thread_prefers_an_idle_core) {
  scenario_.host.cpus = q(4);
  scenario_.host.threads_per_core = q(2);
  scenario_.host.smt_speed = q(0.5);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "bound 0", ThreadClass::application, 0, 1000), 0);
    Thread& floats =
        worker(k, "floats", ThreadClass::application, -1, 500);  // last CPU 1, the busy core's sibling
    wake_at(k, worker(k, "bound 1", ThreadClass::interrupt, 1, 10), 90);  // which is busy too just then
    wake_at(k, floats, 95);
    k.executive.run_until(Time{5000});
    EXPECT_THAT(floats.cpu, testing::AnyOf(2, 3));
    EXPECT_EQ(done_["floats"], Times({595}));
  });
}

TEST_P(SchedulerTest, a_busy_sibling_rescales_the_step_under_way_exactly) {
  scenario_.host.cpus = q(2);
  scenario_.host.threads_per_core = q(2);
  scenario_.host.smt_speed = q(0.5);
  run([this](Kernel& k) {
    wake_at(k, worker(k, "a", ThreadClass::application, 0, 1000), 0);
    wake_at(k, worker(k, "b", ThreadClass::application, 1, 100), 400);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["b"], Times({600}));   // 100 at half speed
    EXPECT_EQ(done_["a"], Times({1100}));  // 400 alone, 200 at half speed = 100 done, 500 alone
  });
}

TEST_P(SchedulerTest, a_change_of_speed_rescales_the_step_under_way_exactly) {
  run([this](Kernel& k) {
    wake_at(k, worker(k, "a", ThreadClass::application, 0, 1000), 0);
    k.executive.run_until(Time{400});
    k.sched.set_speed(0, 250'000);  // a quarter
    k.executive.run_until(Time{1200});
    k.sched.set_speed(0, 1'000'000);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["a"], Times({1600}));  // 400 done, 800 at a quarter = 200 done, 400 to go
  });
}

TEST_P(SchedulerTest, equal_user_threads_take_turns_by_slices) {
  scenario_.kernel.scheduler.slice_ns = q(1000);
  run([this](Kernel& k) {
    const auto user = [this, &k](const std::string& name) -> Thread& {
      return k.sched.create(name, ThreadClass::application, 0, [this, &k, name] {
        for (int i = 0; i < 3; ++i) {
          k.charge(Function::application, Time{600});
          k.sched.userret();
          done_[name].push_back(k.now().count());
        }
        k.sched.sleep("-");
      });
    };
    wake_at(k, user("a"), 0);
    wake_at(k, user("b"), 0);
    k.executive.run_until(Time{10000});
    // a runs 0-1200 and gives way at its return to user mode; b runs 1200-2400; a goes on.
    EXPECT_EQ(done_["a"], Times({600, 2400, 3000}));
    EXPECT_EQ(done_["b"], Times({1800, 3000, 3600}));
  });
}

TEST_P(SchedulerTest, a_contender_spins_while_the_owner_runs) {
  scenario_.host.cpus = q(2);
  run([this](Kernel& k) {
    Mutex mutex;
    LockStatistics statistics{"test"};
    const auto contender = [&](const std::string& name, int cpu, std::int64_t held) -> Thread& {
      return k.sched.create(name, ThreadClass::ktls, cpu, [&, name, held] {
        k.mtx_lock(mutex, statistics);
        k.charge(Function::application, Time{held});
        k.mtx_unlock(mutex);
        done_[name].push_back(k.now().count());
        k.sched.sleep("-");
      });
    };
    wake_at(k, contender("owner", 0, 1000), 0);
    Thread& spinner = contender("spinner", 1, 100);
    wake_at(k, spinner, 300);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(done_["owner"], Times({1000}));
    EXPECT_EQ(done_["spinner"], Times({1100}));
    EXPECT_EQ(spinner.busy_ns[static_cast<std::size_t>(Function::mtx_spin)], 700);
    EXPECT_EQ(statistics.contested, 1);
    EXPECT_EQ(statistics.waited_ns, 700);
  });
}

TEST_P(SchedulerTest, a_waiter_lends_its_priority_to_an_owner_that_was_preempted) {
  run([this](Kernel& k) {
    Mutex mutex;
    LockStatistics statistics{"test"};
    const auto locker = [&](const std::string& name, ThreadClass thread_class, std::int64_t held) -> Thread& {
      return k.sched.create(name, thread_class, 0, [&, name, held] {
        k.mtx_lock(mutex, statistics);
        k.charge(Function::application, Time{held});
        k.mtx_unlock(mutex);
        done_[name].push_back(k.now().count());
        k.sched.sleep("-");
      });
    };
    wake_at(k, locker("user", ThreadClass::application, 1000), 0);
    wake_at(k, worker(k, "other intr", ThreadClass::interrupt, 0, 200), 400);
    wake_at(k, worker(k, "kthread", ThreadClass::ktls, 0, 5000), 450);
    wake_at(k, locker("intr", ThreadClass::interrupt, 100), 500);
    k.executive.run_until(Time{20000});
    // The owner is preempted at 400. At 600 the second interrupt thread meets its lock and blocks; the owner
    // runs on with that priority, ahead of the kernel thread, and is a user thread again after its unlock at
    // 1200.
    EXPECT_EQ(done_["intr"], Times({1300}));
    EXPECT_EQ(done_["kthread"], Times({6300}));
    EXPECT_EQ(done_["user"], Times({6300}));
  });
}

TEST_P(SchedulerTest, a_lent_priority_goes_back_with_the_lock_it_was_lent_for_though_others_are_held) {
  run([this](Kernel& k) {
    Mutex outer;
    Mutex inner;
    LockStatistics statistics{"test"};
    Thread& user = k.sched.create("user", ThreadClass::application, 0, [&] {
      k.mtx_lock(outer, statistics);
      k.mtx_lock(inner, statistics);
      k.charge(Function::application, Time{1000});
      k.mtx_unlock(inner);
      k.charge(Function::application, Time{1000});
      k.mtx_unlock(outer);
      done_["user"].push_back(k.now().count());
      k.sched.sleep("-");
    });
    Thread& intr = k.sched.create("intr", ThreadClass::interrupt, 0, [&] {
      k.mtx_lock(inner, statistics);
      k.mtx_unlock(inner);
      done_["intr"].push_back(k.now().count());
      k.sched.sleep("-");
    });
    wake_at(k, user, 0);
    wake_at(k, worker(k, "other intr", ThreadClass::interrupt, 0, 200), 400);
    wake_at(k, worker(k, "kthread", ThreadClass::ktls, 0, 5000), 450);
    wake_at(k, intr, 500);
    k.executive.run_until(Time{20000});
    // The user thread, lent the interrupt's priority, drops `inner` at 1200 and is a user thread again.
    EXPECT_EQ(done_["intr"], Times({1200}));
    EXPECT_EQ(done_["kthread"], Times({6200}));
    EXPECT_EQ(done_["user"], Times({7200}));
  });
}

TEST_P(SchedulerTest, threads_that_share_a_cpu_divide_the_slice_by_those_that_wait) {
  scenario_.kernel.scheduler.slice_ns = q(1000);
  scenario_.kernel.scheduler.slice_min_ns = q(166);
  run([this](Kernel& k) {
    for (const char* const name : {"a", "b", "c"}) {
      Thread& user = k.sched.create(name, ThreadClass::application, 0, [this, &k, name] {
        for (int i = 0; i < 8; ++i) {
          k.charge(Function::application, Time{100});
          k.sched.userret();
        }
        done_[name].push_back(k.now().count());
        k.sched.sleep("-");
      });
      wake_at(k, user, 0);
    }
    k.executive.run_until(Time{10'000});
    // 500 each in turn, as two wait, then the 300 that each has left.
    EXPECT_EQ(done_["a"], Times({1800}));
    EXPECT_EQ(done_["b"], Times({2100}));
    EXPECT_EQ(done_["c"], Times({2400}));
  });
}

// An interrupt thread of 5000 that began at 0, and one of 300 that is interrupted into at 100.
class IthreadSlices : public SchedulerFixture {
 protected:
  void second_done_at(std::int64_t second, bool slicing) {
    scenario_.kernel.scheduler.slice_ns = q(1000);
    scenario_.kernel.scheduler.ithread_slicing = Fact<bool>(slicing, Provenance{"test", Confidence::scenario, ""});
    run([=, this](Kernel& k) {
      Thread& first = worker(k, "first", ThreadClass::interrupt, 0, 5000);
      wake_at(k, first, 0);
      wake_at(k, worker(k, "second", ThreadClass::interrupt, 0, 300), 100);
      k.executive.run_until(Time{6000});
      EXPECT_EQ(done_["second"], Times({second}));
      EXPECT_EQ(done_["first"], Times({slicing ? 5300 : 5000}));
      wake_at(k, first, 7000);
      k.executive.run_until(Time{7500});
      EXPECT_EQ(first.priority, 8);  // a wakeup undoes the demotion
    });
  }
};

TEST_P(IthreadSlices, fourteen_demotes_an_interrupt_thread_that_runs_a_slice_without_sleeping) {
  second_done_at(1300, true);
}

TEST_P(IthreadSlices, thirteen_lets_an_interrupt_thread_run_as_long_as_it_likes) {
  second_done_at(5300, false);
}

TEST_P(SchedulerTest, a_thread_that_runs_more_than_it_sleeps_becomes_batch_and_one_that_sleeps_interactive) {
  scenario_.kernel.scheduler.pri_user = q(0);
  scenario_.kernel.scheduler.pri_max_interact = q(151);
  scenario_.host.cpus = q(2);
  run([](Kernel& k) {
    const auto user = [&k](const std::string& name, int cpu, std::int64_t ns) -> Thread& {
      return k.sched.create(name, ThreadClass::application, cpu, [&k, ns] {
        for (;;) {
          k.charge(Function::application, Time{ns});
          k.sched.userret();
          k.sched.sleep("kqread");
        }
      });
    };
    Thread& busy = user("busy", 0, 6'000'000);
    Thread& idle = user("idle", 1, 1'000'000);
    for (std::int64_t ms = 0; ms < 100; ms += 10) {
      wake_at(k, busy, ms * 1'000'000);
      wake_at(k, idle, ms * 1'000'000);
    }
    k.executive.run_until(Time{95'000'000});
    // At the wakeup at 90 ms busy has run 54 and slept 36: 100 - 36 / (54 / 50) = 67, batch; of 90 ms it had 54:
    // 172 + 32 * 54 / 90 = 191. idle has run 9 and slept 81: 9 / (81 / 50) = 5, 120 + 32 * 5 / 30 = 125.
    EXPECT_EQ(busy.base_priority, 191);
    EXPECT_EQ(idle.base_priority, 125);
    EXPECT_EQ(busy.priority, 152);  // of its sleep, until it returns to user mode
    EXPECT_EQ(idle.priority, 125);
  });
}

TEST_P(SchedulerTest, sleeps_within_a_tick_make_nobody_interactive) {
  scenario_.kernel.scheduler.pri_user = q(0);
  run([this](Kernel& k) {
    Thread& user = worker(k, "user", ThreadClass::application, 0, 100'000);
    // Runs 0.1 ms and sleeps 0.15 ms, four times a tick; but for the last sleep of each.
    for (std::int64_t i = 0; i < 80; ++i) wake_at(k, user, 250'000 * i);
    k.executive.run_until(Time{19'050'000});
    // 76 runs are 7.6 ms, and 19 sleeps crossed a tick. 7.6 / (19 / 50) = 20.
    EXPECT_EQ(user.interactivity.score(), 20);
  });
}

INSTANTIATE_TEST_SUITE_P(engines, SchedulerTest, testing::Values(EngineKind::fiber, EngineKind::simgrid),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(engines, IthreadSlices, testing::Values(EngineKind::fiber, EngineKind::simgrid),
                         engine_name);

}  // namespace
}  // namespace ktlssim
