// What a step costs on a core, by hand.
#include "models/step_costs.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/host_profile.hpp"

namespace ktlssim {
namespace {

Quantity q(double value) { return Quantity(value, {"test", Confidence::estimated, "", {}}); }

// Half a nanosecond an instruction; 55 a cold line, where half of them lie in memory.
CoreRates core() {
  CoreRates core;
  core.clock_ghz = q(4);
  core.ipc = q(0.5);
  core.llc_ns = q(10);
  core.memory_ns = q(100);
  core.device_access_ns = q(200);
  core.atomic_ns = q(40);
  core.copy_gbytes_per_s = q(10);
  return core;
}

StepMix mix(double instructions, double lines) {
  StepMix mix;
  mix.instructions = q(instructions);
  mix.cold_lines = q(lines);
  return mix;
}

Quantity& step(HostProfile& host) { return host.scheduler.wakeup_ns; }
StepMix& mix_of_wakeup(HostProfile& host) {
  const auto* const at = std::find(kStepNames.begin(), kStepNames.end(), "wakeup_ns");
  return host.steps[static_cast<std::size_t>(at - kStepNames.begin())];
}

HostProfile host() {
  HostProfile host{};
  host.has_core = host.has_steps = true;
  host.core = core();
  return host;
}

TEST(StepCost, is_the_sum_of_what_its_parts_cost) {
  StepMix all = mix(100, 2);
  all.device_accesses = q(1);
  all.atomics = q(3);
  all.copied_bytes = q(50);
  EXPECT_DOUBLE_EQ(composed(all, core(), 0.5, false, 4096).value(), 100 * 0.5 + 2 * 55 + 200 + 3 * 40 + 50 * 0.1);
  EXPECT_EQ(composed(all, core(), 0.5, false, 4096).provenance()->source,
            "100 instructions x 0.5 ns + 2 cold lines x 55 ns + 1 device accesses x 200 ns + 3 atomics x 40 ns + "
            "50 bytes x 0.1 ns");
}

TEST(StepCost, of_a_page_is_spread_over_the_bytes_of_the_hosts_pages) {
  EXPECT_DOUBLE_EQ(composed(mix(4096, 0), core(), 0.5, true, 4096).value(), 0.5);
  EXPECT_DOUBLE_EQ(composed(mix(4096, 0), core(), 0.5, true, 16384).value(), 0.125);
  StepMix copy = mix(0, 0);
  copy.copied_bytes = q(1);
  EXPECT_DOUBLE_EQ(composed(copy, core(), 0.5, true, 16384).value(), 0.1);
}

TEST(StepCost, that_a_host_states_is_left_alone) {
  HostProfile one = host();
  mix_of_wakeup(one) = mix(100, 2);
  step(one) = q(7);
  EXPECT_TRUE(compose(one, 0.5).empty());
  EXPECT_EQ(step(one).value(), 7);

  HostProfile other = host();
  mix_of_wakeup(other) = mix(100, 2);
  EXPECT_TRUE(compose(other, 0.5).empty());
  EXPECT_EQ(step(other).value(), 160);
  EXPECT_EQ(step(other).provenance()->confidence, Confidence::composed);
  EXPECT_TRUE(compose(other, 1).empty());
  EXPECT_EQ(step(other).value(), 250);
}

TEST(StepCost, is_missing_where_a_host_has_neither_it_nor_a_core) {
  HostProfile bare = host();
  bare.has_core = false;
  step(bare) = q(7);
  const std::vector<Uncomposed> missing = compose(bare, 0.5);
  EXPECT_EQ(missing.size(), kStepCount - 1);
  EXPECT_EQ(std::ranges::count(missing, "/scheduler/wakeup_ns", &Uncomposed::pointer), 0);
  EXPECT_EQ(std::ranges::count(missing, "/tcp/tcp_output_burst_ns", &Uncomposed::pointer), 1);
  EXPECT_FALSE(missing.front().too_much);
}

TEST(StepCost, that_comes_to_more_than_a_cost_may_be_is_none) {
  HostProfile dear = host();
  for (StepMix& mix : dear.steps) mix.cold_lines = q(0);
  dear.steps[static_cast<std::size_t>(std::ranges::find(kStepNames, "wakeup_ns") - kStepNames.begin())].device_accesses = q(1e9);
  const std::vector<Uncomposed> failed = compose(dear, 0.5);
  ASSERT_EQ(failed.size(), 1U);
  EXPECT_EQ(failed.front().pointer, "/scheduler/wakeup_ns");
  EXPECT_GT(failed.front().too_much.value(), 1e9);
}

}  // namespace
}  // namespace ktlssim
