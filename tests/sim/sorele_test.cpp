// Dropping a socket reference, with the socket's lock and without.
#include <gtest/gtest.h>

#include <array>

#include "sim/kernel/uipc_socket.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

// Two threads drop a reference of 100 ns each to the same socket at the same time, on two CPUs.
std::array<std::int64_t, 2> both_drop(bool lock) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(2);
  s.host.ktls.sorele_ns = q(100);
  s.kernel.ktls.sorele_lock = Fact<bool>(lock, Provenance{"test", Confidence::scenario, ""});
  std::array<std::int64_t, 2> done{};
  with_kernel(s, EngineKind::fiber, [&done](Kernel& k) {
    struct Starter {
      Kernel& kernel;
      std::array<Thread*, 2> threads{};
      void start(std::uint64_t) {
        for (Thread* const thread : threads) kernel.sched.make_runnable(*thread);
      }
    };
    Socket& so = k.sockets.emplace_back();
    so.refs = 3;
    Starter starter{k};
    for (int cpu = 0; cpu < 2; ++cpu)
      starter.threads[static_cast<std::size_t>(cpu)] =
          &k.sched.create("intr", ThreadClass::interrupt, cpu, [&k, &so, &done, cpu] {
            sorele(k, so, k.ktls.async_outstanding);
            k.settle();
            done[static_cast<std::size_t>(cpu)] = k.now().count();
            k.sched.sleep("-");
          });
    k.calendar().call_at<&Starter::start>(Time{0}, Rank::hardware, &starter);
    k.executive.run_until(Time{1000});
    EXPECT_EQ(so.refs, 1);
  });
  return done;
}

TEST(Sorele, takes_the_sockets_lock_in_2021_and_not_in_14) {
  const std::array<std::int64_t, 2> at_once{100, 100};
  EXPECT_EQ(both_drop(false), at_once);
  const std::array<std::int64_t, 2> in_turn{100, 200};
  EXPECT_EQ(both_drop(true), in_turn);
}

}  // namespace
}  // namespace ktlssim
