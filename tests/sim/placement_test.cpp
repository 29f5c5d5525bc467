// Where sched_ule puts threads: the searches through the topology, sched_pickcpu, tdq_notify, stealing, the
// balancer, and where interrupt vectors point.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "sim/drivers/cxgbe.hpp"
#include "sim/kernel/intr_machdep.hpp"
#include "sim/kernel/smp_topology.hpp"
#include "tests/support/scheduler_fixture.hpp"

namespace ktlssim {
namespace {

using testing::AnyOf;

constexpr auto kAny = [](int) { return true; };

SmpTopology loaded(const TopologyShape& shape, std::initializer_list<int> loads) {
  SmpTopology topology(shape, 1);
  for (int cpu = 0; const int load : loads) topology.change(cpu++, load, 0, 0);
  return topology;
}

TEST(SmpTopology, the_least_loaded_path_leads_past_an_idle_cpu_of_a_loaded_group) {
  // Caches: 0+2+1+1 = 4 and 1+0+1+0 = 2 threads. In the second one cores and CPUs 5 and 7 are equal.
  SmpTopology topology =
      loaded({.cpus = 8, .threads_per_core = 2, .cpus_per_llc = 4}, {0, 2, 1, 1, 1, 0, 1, 0});
  EXPECT_EQ(topology.lowest(topology.top(), 0, 7, kAny), 7);
  EXPECT_EQ(topology.lowest(topology.top(), 0, 5, kAny), 5);
  EXPECT_EQ(topology.lowest(topology.llc(), 0, -1, kAny), 0);  // cores 2 and 2: the idle CPU decides
}

TEST(SmpTopology, of_equal_groups_that_of_the_last_cpu_is_taken_though_that_cpu_is_not_to_be_had) {
  SmpTopology topology = loaded({.cpus = 4, .threads_per_core = 2}, {1, 0, 0, 1});
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(topology.lowest(topology.top(), 0, 0, [](int cpu) { return cpu == 1 || cpu == 2; }), 1);
}

TEST(SmpTopology, equal_cpus_are_drawn_evenly) {
  SmpTopology topology = loaded({.cpus = 6, .threads_per_core = 2}, {0, 1, 0, 0, 0, 0});
  std::array<int, 6> drawn{};
  for (int i = 0; i < 4000; ++i)
    ++drawn[static_cast<std::size_t>(topology.lowest(topology.top(), 0, -1, kAny))];
  EXPECT_EQ(drawn[0] + drawn[1], 0);  // of the core that has a thread
  for (int cpu = 2; cpu < 6; ++cpu)  // 1000 each; five standard deviations are 137
    EXPECT_NEAR(drawn[static_cast<std::size_t>(cpu)], 1000, 137);
  EXPECT_TRUE(topology.has_drawn());
}

TEST(SmpTopology, the_most_loaded_cpu_is_sought_on_the_most_loaded_path) {
  SmpTopology topology = loaded({.cpus = 4, .threads_per_core = 2}, {3, 0, 2, 2});
  EXPECT_THAT(topology.highest(topology.top(), 0, kAny), AnyOf(2, 3));
  EXPECT_EQ(topology.highest(0, 1, kAny), 0);
}

TEST(SmpTopology, counts_threads_and_affinity_as_the_kernel_says) {
  SmpTopology topology({.cpus = 2}, 1, {.thread = 100, .affinity = 150, .random_ties = false});
  topology.change(1, 1, 0, 0);
  EXPECT_EQ(topology.lowest(topology.top(), 0, 1, kAny), 1);  // 100 - 150 for it, 0 for the idle one
  EXPECT_EQ(topology.lowest(topology.top(), 0, -1, kAny), 0);
  topology.change(0, 1, 0, 0);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(topology.lowest(topology.top(), 0, -1, kAny), 0);  // the first of equal ones
  EXPECT_FALSE(topology.has_drawn());
}

TEST(RunQueue, priorities_that_share_a_list_run_in_the_order_of_arrival) {
  for (const int width : {1, 4}) {
    RunQueue queue;
    queue.set_width(width);
    Thread first;
    Thread second;
    first.priority = 121;
    second.priority = 120;
    queue.insert(first, false);
    queue.insert(second, false);
    EXPECT_EQ(&queue.front(), width == 1 ? &second : &first) << width;
    queue.remove(queue.front());
    queue.remove(queue.front());
    EXPECT_TRUE(queue.empty());
  }
  for (const int width : {1, 3, 4, 64}) {  // every priority has its list
    RunQueue queue;
    queue.set_width(width);
    Thread worst;
    worst.priority = 255;
    queue.insert(worst, false);
    Thread best;
    best.priority = 255 - width;
    queue.insert(best, false);
    EXPECT_EQ(queue.best_priority(), best.priority) << width;
  }
}

TEST(InterruptVectors, go_round_the_cores_in_the_order_of_allocation_and_leave_siblings_out) {
  InterruptVectors vectors(8, 8, 2);
  std::vector<int> cpus;
  for (int i = 0; i < 6; ++i) cpus.push_back(vectors.next().cpu);
  EXPECT_EQ(cpus, std::vector<int>({0, 2, 4, 6, 0, 2}));
}

TEST(InterruptVectors, of_each_domain_go_round_its_own_cores) {
  InterruptVectors vectors(8, 4, 2);
  EXPECT_EQ(vectors.next(1).cpu, 4);
  EXPECT_EQ(vectors.next(0).cpu, 0);
  EXPECT_EQ(vectors.next(1).cpu, 6);
  EXPECT_EQ(vectors.next(1).cpu, 4);
}

TEST(InterruptVectors, that_are_bound_may_be_on_siblings_and_take_their_turn_all_the_same) {
  InterruptVectors vectors(4, 4, 2);
  EXPECT_EQ(vectors.bound_to(1).cpu, 1);
  EXPECT_TRUE(vectors.bound_to(5).bound);
  EXPECT_EQ(vectors.bound_to(5).cpu, 1);
  EXPECT_EQ(vectors.next().cpu, 2);  // the fourth
}

// First receive queues, which take the completions of crypto, of two cards on a machine with two threads a core.
std::pair<int, int> first_queues(int cpus) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(cpus);
  s.host.threads_per_core = q(2);
  std::pair<int, int> found;
  with_kernel(s, EngineKind::fiber, [&](Kernel& k) {
    const Cxgbe first(k, 0, cpus);
    const Cxgbe second(k, 1, cpus);
    EXPECT_TRUE(first.queue(0).thread().floats());
    found = {first.queue(0).vector().cpu, second.queue(0).vector().cpu};
  });
  return found;
}

TEST(InterruptVectors, of_two_cards_do_not_share_a_cpu) {
  // Errors, events, then the queues. Of 4 cores: 0, 1, 2; the second card's are the eleventh to the thirteenth.
  EXPECT_EQ(first_queues(8), std::pair(4, 0));
  // Of 16 cores: 0, 1, 2; the 35th to the 37th: 2, 3, 4.
  EXPECT_EQ(first_queues(32), std::pair(4, 8));
}

class Placement : public SchedulerFixture {
 protected:
  Placement() { scenario_.host.cpus = q(4); }
  // Runs `ns` and then sleeps, again and again, on a CPU of its own.
  Thread& bound(Kernel& k, int cpu, std::int64_t ns) {
    return worker(k, "bound " + std::to_string(cpu), ThreadClass::application, cpu, ns);
  }
  // Its last CPU will be `cpu`.
  static void was_on(Thread& thread, int cpu) { thread.cpu = cpu; }
};

TEST_P(Placement, a_thread_does_not_come_back_to_a_core_whose_sibling_is_busy) {
  scenario_.host.threads_per_core = q(2);
  run([this](Kernel& k) {
    Thread& floats = worker(k, "floats", ThreadClass::application, -1, 500);
    was_on(floats, 1);
    wake_at(k, floats, 100);
    wake_at(k, bound(k, 0, 10'000), 1000);
    k.executive.run_until(Time{1500});
    EXPECT_EQ(floats.cpu, 1);  // the core was idle
    wake_at(k, floats, 2000);
    k.executive.run_until(Time{5000});
    EXPECT_THAT(floats.cpu, AnyOf(2, 3));
  });
}

TEST_P(Placement, affinity_to_the_last_cpu_is_over_at_the_second_tick) {
  scenario_.host.cpus_per_llc = q(2);
  run([this](Kernel& k) {
    Thread& floats = worker(k, "floats", ThreadClass::application, -1, 100);
    was_on(floats, 0);
    wake_at(k, bound(k, 1, 20'000'000), 0);
    wake_at(k, floats, 0);
    // Its affinity has expired already: the cache that it was on has a thread more than the other.
    k.executive.run_until(Time{500});
    EXPECT_THAT(floats.cpu, AnyOf(2, 3));
    const int warm = floats.cpu;
    wake_at(k, bound(k, 5 - warm, 20'000'000), 600);  // the other CPU of that cache
    wake_at(k, floats, 1'999'000);                    // ran in tick 0: 1 tick ago
    k.executive.run_until(Time{1'999'500});
    EXPECT_EQ(floats.cpu, warm);
    wake_at(k, floats, 4'000'000);  // ran in tick 1: 3 ticks ago, but its group counts a little less
    k.executive.run_until(Time{4'000'500});
    EXPECT_EQ(floats.cpu, warm);
  });
}

TEST_P(Placement, an_idle_cpu_of_the_warm_cache_comes_before_a_less_loaded_cache_until_the_third_tick) {
  scenario_.host.cpus_per_llc = q(2);
  run([this](Kernel& k) {
    Thread& floats = worker(k, "floats", ThreadClass::application, -1, 100);
    was_on(floats, 0);
    wake_at(k, floats, 0);
    wake_at(k, bound(k, 0, 20'000'000), 200);
    wake_at(k, floats, 2'999'000);  // ran in tick 0: 2 ticks ago
    k.executive.run_until(Time{2'999'500});
    EXPECT_EQ(floats.cpu, 1);
    wake_at(k, floats, 5'000'000);  // ran in tick 2: 3 ticks ago
    k.executive.run_until(Time{5'000'500});
    EXPECT_THAT(floats.cpu, AnyOf(2, 3));
  });
}

TEST_P(Placement, without_an_idle_cpu_a_thread_goes_to_its_waker_whom_it_displaces_at_the_return_to_user_mode) {
  scenario_.host.cpus = q(2);
  run([this](Kernel& k) {
    Thread& woken = worker(k, "woken", ThreadClass::ktls, -1, 300);
    was_on(woken, 1);
    Thread& waker = k.sched.create("waker", ThreadClass::application, 0, [this, &k, &woken] {
      k.charge(Function::syscall, Time{1000});
      k.sched.make_runnable(woken);
      k.charge(Function::syscall, Time{500});
      k.sched.userret();
      done_["waker"].push_back(k.now().count());
      k.sched.sleep("-");
    });
    wake_at(k, bound(k, 1, 10'000), 0);
    wake_at(k, waker, 0);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(woken.cpu, 0);  // one thread on each: not more than on the other and one
    EXPECT_EQ(done_["woken"], Times({1800}));
    EXPECT_EQ(done_["waker"], Times({1800}));
  });
}

// A KTLS worker bound to CPU 1, woken at 1000 from CPU 0, while a user thread of `priority` makes calls of 400 on CPU 1.
class Notify : public Placement {
 protected:
  std::int64_t worker_done(int priority) {
    run([this, priority](Kernel& k) {
      Thread& woken = worker(k, "woken", ThreadClass::ktls, 1, 300);
      Thread& user = k.sched.create("user", ThreadClass::application, 1, [&k] {
        for (int i = 0; i < 10; ++i) {
          k.charge(Function::syscall, Time{400});
          k.sched.userret();
        }
        k.sched.sleep("-");
      });
      user.base_priority = user.own_priority = user.priority = priority;
      Thread& waker = k.sched.create("waker", ThreadClass::application, 0, [&k, &woken] {
        k.charge(Function::syscall, Time{1000});
        k.sched.make_runnable(woken);
        k.sched.sleep("-");
      });
      wake_at(k, user, 0);
      wake_at(k, waker, 0);
      k.executive.run_until(Time{10'000});
      EXPECT_EQ(done_["woken"].front(), expected_);
    });
    return 0;
  }
  std::int64_t expected_ = 0;
};

TEST_P(Notify, an_interactive_thread_elsewhere_hears_nothing_and_goes_on_until_it_sleeps) {
  expected_ = 4300;  // ten calls, then 300
  worker_done(130);
}

TEST_P(Notify, a_batch_thread_elsewhere_is_preempted_at_once) {
  expected_ = 1300;
  worker_done(180);
}

TEST_P(Placement, an_idle_cpu_steals_from_its_own_cache_first) {
  scenario_.host.cpus_per_llc = q(2);
  run([this](Kernel& k) {
    wake_at(k, bound(k, 0, 10'000), 0);
    wake_at(k, bound(k, 1, 400), 0);
    wake_at(k, bound(k, 2, 10'000), 0);
    wake_at(k, bound(k, 3, 10'000), 0);
    // All CPUs are busy. One waits on CPU 0, two on CPU 2: timers fire on the last CPU of a thread.
    Thread& near = worker(k, "near", ThreadClass::application, -1, 500);
    was_on(near, 0);
    wake_at(k, near, 100);
    for (const char* const name : {"far 1", "far 2"}) {
      Thread& far = worker(k, name, ThreadClass::application, -1, 500);
      k.sched.bind(far, {1, 2});
      was_on(far, 2);
      wake_at(k, far, 110);
    }
    k.executive.run_until(Time{850});
    EXPECT_EQ(near.cpu, 1);  // free at 400
    EXPECT_EQ(k.sched.counters().steals, 1);
  });
}

TEST_P(Placement, nobody_steals_below_the_threshold) {
  scenario_.host.cpus = q(2);
  scenario_.kernel.scheduler.steal_thresh = q(3);
  run([this](Kernel& k) {
    wake_at(k, bound(k, 0, 1000), 0);
    wake_at(k, bound(k, 1, 400), 0);
    Thread& floats = worker(k, "floats", ThreadClass::application, -1, 500);
    was_on(floats, 0);
    wake_at(k, floats, 100);
    k.executive.run_until(Time{5000});
    EXPECT_EQ(k.sched.counters().steals, 0);  // two on CPU 0
    EXPECT_EQ(done_["floats"], Times({1500}));
  });
}

TEST_P(Placement, the_balancer_moves_a_waiting_thread_from_the_most_to_the_least_loaded_cpu) {
  scenario_.host.cpus = q(2);
  scenario_.kernel.scheduler.steal_thresh = q(1000);  // nobody steals
  scenario_.kernel.scheduler.balance_interval_ns = q(10e6);
  run([this](Kernel& k) {
    wake_at(k, bound(k, 0, 40'000'000), 0);
    wake_at(k, bound(k, 1, 1'000'000), 0);
    Thread& floats = worker(k, "floats", ThreadClass::application, -1, 500);
    was_on(floats, 0);
    wake_at(k, floats, 100);
    k.executive.run_until(Time{9'999'999});
    EXPECT_TRUE(done_["floats"].empty());
    k.executive.run_until(Time{20'000'000});
    EXPECT_EQ(done_["floats"], Times({10'000'500}));  // the balancer's clock begins with one interval
    EXPECT_EQ(floats.cpu, 1);
    EXPECT_EQ(k.sched.counters().balanced, 1);
  });
}

TEST_P(Placement, an_interrupt_thread_runs_on_the_interrupted_cpu_if_that_is_idle_else_on_an_idle_one) {
  run([this](Kernel& k) {
    Thread& ithread = worker(k, "intr", ThreadClass::interrupt, -1, 100);
    was_on(ithread, 0);
    interrupt_at(k, ithread, 2, 1000);
    k.executive.run_until(Time{2000});
    EXPECT_EQ(ithread.cpu, 2);  // though it ran on CPU 0 last
    wake_at(k, bound(k, 2, 10'000), 2000);
    interrupt_at(k, ithread, 2, 3000);
    k.executive.run_until(Time{4000});
    EXPECT_NE(ithread.cpu, 2);
    EXPECT_EQ(done_["intr"], Times({1100, 3100}));
  });
}

TEST_P(Placement, an_interrupt_thread_stays_and_preempts_where_no_cpu_is_idle) {
  scenario_.host.cpus = q(2);
  run([this](Kernel& k) {
    Thread& ithread = worker(k, "intr", ThreadClass::interrupt, -1, 100);
    wake_at(k, bound(k, 0, 10'000), 0);
    wake_at(k, bound(k, 1, 10'000), 0);
    interrupt_at(k, ithread, 1, 3000);
    k.executive.run_until(Time{4000});
    EXPECT_EQ(ithread.cpu, 1);
    EXPECT_EQ(done_["intr"], Times({3100}));
  });
}

INSTANTIATE_TEST_SUITE_P(engines, Placement, testing::Values(EngineKind::fiber, EngineKind::simgrid),
                         engine_name);
INSTANTIATE_TEST_SUITE_P(engines, Notify, testing::Values(EngineKind::fiber, EngineKind::simgrid), engine_name);

}  // namespace
}  // namespace ktlssim
