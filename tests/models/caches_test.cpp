// What lies in the last level of cache, by hand and against a cache that is played line by line.
#include "models/caches.hpp"

#include <gtest/gtest.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <vector>

#include "tests/support/ideal_scenario.hpp"

namespace ktlssim {
namespace {

// 1000 connections of 1000 bytes, in a cache of `llc_bytes`.
Scenario server(double llc_bytes, double cold) {
  Scenario s = ideal_ccr();
  s.workload.sessions = 1000;
  s.host.cpus = q(8);
  s.host.has_core = s.host.has_steps = true;
  s.host.core.miss_share = q(cold);
  s.host.core.llc_bytes = q(llc_bytes);
  s.host.state_bytes = q(1000);
  return s;
}

TEST(Caches, hold_all_state_that_fits_and_of_more_its_part) {
  EXPECT_DOUBLE_EQ(cache_use(server(2e6, 0)).hit_share, 1);
  EXPECT_DOUBLE_EQ(cache_use(server(1e6, 0)).hit_share, 1);
  EXPECT_DOUBLE_EQ(cache_use(server(0.5e6, 0)).hit_share, 0.5);
  EXPECT_DOUBLE_EQ(cache_use(server(0.1e6, 0)).miss_share, 0.9);
}

TEST(Caches, are_shared_with_the_connections_that_are_not_simulated) {
  Scenario s = server(1e6, 0);
  s.workload.server_connections = 4000;
  EXPECT_DOUBLE_EQ(cache_use(s).state_bytes, 4e6);
  EXPECT_DOUBLE_EQ(cache_use(s).hit_share, 0.25);
}

TEST(Caches, leave_out_what_is_cold_anyhow) {
  EXPECT_DOUBLE_EQ(cache_use(server(2e6, 0.25)).miss_share, 0.25);
  EXPECT_DOUBLE_EQ(cache_use(server(0.5e6, 0.25)).miss_share, 0.25 + 0.75 * 0.5);
}

TEST(Caches, of_all_complexes_count_together) {
  Scenario s = server(0.25e6, 0);
  s.host.cpus_per_llc = q(4);
  EXPECT_DOUBLE_EQ(cache_use(s).llc_bytes, 0.5e6);
  s.host.cpus_per_llc = q(0);
  EXPECT_DOUBLE_EQ(cache_use(s).llc_bytes, 0.25e6);
}

TEST(Caches, compose_the_costs_of_steps) {
  Scenario s = server(0.5e6, 0);
  for (StepMix& mix : s.host.steps) mix.cold_lines = q(2);
  s.host.core.clock_ghz = s.host.core.ipc = s.host.core.copy_gbytes_per_s = q(1);
  s.host.core.llc_ns = q(10);
  s.host.core.memory_ns = q(100);
  s.host.scheduler.wakeup_ns = Quantity(7, {"before", Confidence::composed, "", {}});
  s.host.scheduler.context_switch_ns = q(7);
  EXPECT_TRUE(compose_for_caches(s).empty());
  EXPECT_EQ(s.host.scheduler.wakeup_ns.value(), 2 * 55);
  EXPECT_EQ(s.host.scheduler.context_switch_ns.value(), 7);
  s.host.core.llc_bytes = {};
  s.host.scheduler.wakeup_ns = Quantity(7, {"before", Confidence::composed, "", {}});
  EXPECT_TRUE(compose_for_caches(s).empty());
  EXPECT_EQ(s.host.scheduler.wakeup_ns.value(), 7);
}

// 2000 connections of 8 lines in a cache of 8192 lines that are displaced at random.
TEST(Caches, are_as_a_cache_that_is_played_line_by_line) {
  constexpr std::size_t kConnections = 2000;
  constexpr std::size_t kLines = 8;
  constexpr std::size_t kCache = 8192;
  constexpr std::size_t kNone = kConnections * kLines;
  boost::random::mt19937_64 random(1);
  boost::random::uniform_int_distribution<std::size_t> some_connection(0, kConnections - 1);
  boost::random::uniform_int_distribution<std::size_t> some_place(0, kCache - 1);
  std::vector<std::size_t> held(kCache, kNone);
  std::vector<bool> is_held(kNone + 1);
  double hits = 0;
  double looks = 0;
  for (int visit = 0; visit < 300000; ++visit) {
    const std::size_t first = some_connection(random) * kLines;
    for (std::size_t line = first; line < first + kLines; ++line) {
      if (visit > 50000) {
        ++looks;
        hits += is_held[line] ? 1 : 0;
      }
      if (is_held[line]) continue;
      std::size_t& place = held[some_place(random)];
      is_held[place] = false;
      place = line;
      is_held[line] = true;
    }
  }
  Scenario s = server(kCache * 64.0, 0);
  s.workload.server_connections = kConnections;
  s.host.state_bytes = q(kLines * 64);
  EXPECT_NEAR(cache_use(s).hit_share, hits / looks, 0.005);
}

}  // namespace
}  // namespace ktlssim
