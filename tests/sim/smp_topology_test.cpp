// What the topology keeps of its groups spares looking at their CPUs, and changes nothing: the searches that use it
// find, and draw, what the searches do that look at every CPU.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "sim/kernel/smp_topology.hpp"

namespace ktlssim {
namespace {

constexpr int kIdle = SmpTopology::kIdlePriority;

TEST(SmpTopology, who_is_outranked_is_sought_again_after_each_change) {
  SmpTopology topology({.cpus = 4, .cpus_per_llc = 2}, 1);
  const CpuSet all{0, 4};
  const auto runs = [&](int cpu, int priority) {
    topology.change(cpu, priority == kIdle ? -1 : 1, 0, priority);
  };
  for (int cpu = 0; cpu < 4; ++cpu) runs(cpu, 100 + cpu);
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 0, 102, all), 3);  // 103 is worse than 102
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 0, 103, all), -1);
  EXPECT_EQ(topology.lowest_outranked(topology.llc(), 0, 0, 100, all), 1);
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 0, 100, {2, 1}), 2);
  runs(1, kIdle);
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 0, kIdle - 1, all), 1);
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 3, 102, all), 1);  // 1 thread in its cache, 2 in the other
  runs(1, 50);
  topology.set_lowpri(2, 200);
  EXPECT_EQ(topology.lowest_outranked(topology.top(), 0, 0, 103, all), 2);
  EXPECT_FALSE(topology.has_drawn());
}

struct Machine {
  TopologyShape shape;
  bool random_ties = true;
};

class SameSearch : public testing::TestWithParam<Machine> {};

TEST_P(SameSearch, finds_and_draws_what_a_search_of_every_cpu_does) {
  const TopologyShape shape = GetParam().shape;
  const SearchLoads counted{.random_ties = GetParam().random_ties};
  SmpTopology kept(shape, 7, counted);
  SmpTopology plain(shape, 7, counted);
  std::vector<int> stealable(static_cast<std::size_t>(shape.cpus), 0);
  std::mt19937 random(3);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  constexpr std::array kPriorities{4, 84, 130, 150, 180};
  for (int round = 0; round < 20'000; ++round) {
    const int cpu = below(shape.cpus);
    if (round % 3 != 0) {
      const int threads = below(3) - kept.load(cpu);  // so that some stay as they are
      const int waiting = std::max(0, kept.load(cpu) + threads - 1) - stealable[static_cast<std::size_t>(cpu)];
      const int priority = kept.load(cpu) + threads == 0 ? kIdle : kPriorities[static_cast<std::size_t>(below(5))];
      for (SmpTopology* const topology : {&kept, &plain}) topology->change(cpu, threads, waiting, priority);
      stealable[static_cast<std::size_t>(cpu)] += waiting;
    }
    const int level = below(kept.levels());
    const int priority = std::array{-1, 84, 131, 170, kIdle - 1}[static_cast<std::size_t>(below(5))];
    const CpuSet allowed = below(4) > 0 ? CpuSet{0, shape.cpus} : CpuSet{shape.cpus / 2, (shape.cpus + 1) / 2};
    const int prefer = below(shape.cpus);
    ASSERT_EQ(kept.lowest_outranked(level, cpu, prefer, priority, allowed),
              plain.lowest(level, cpu, prefer,
                           [&](int i) { return allowed.contains(i) && plain.lowpri(i) > priority; }))
        << round;
    const auto can_give = [&](int i) { return i != cpu && stealable[static_cast<std::size_t>(i)] > 0; };
    ASSERT_EQ(kept.highest_stealable(level, cpu, can_give), plain.highest(level, cpu, can_give)) << round;
    ASSERT_EQ(kept.draw(), plain.draw()) << round;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Machines, SameSearch,
    testing::Values(Machine{{.cpus = 1}}, Machine{{.cpus = 6}}, Machine{{.cpus = 8, .threads_per_core = 2}},
                    Machine{{.cpus = 64, .threads_per_core = 2, .cpus_per_llc = 8, .cpus_per_domain = 32}},
                    Machine{{.cpus = 64, .threads_per_core = 2, .cpus_per_llc = 8, .cpus_per_domain = 32}, false},
                    Machine{{.cpus = 22, .threads_per_core = 2, .cpus_per_llc = 8}},
                    Machine{{.cpus = 20, .cpus_per_llc = 4, .cpus_per_domain = 10}}));  // caches across domains

}  // namespace
}  // namespace ktlssim
