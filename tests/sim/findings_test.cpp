// What a run says of single CPUs, of threads that starve and of devices that idle.
#include "sim/machine/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/kernel/cryptodev.hpp"
#include "tests/support/scheduler_fixture.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Findings : public SchedulerFixture {};

TEST_P(Findings, an_interrupt_thread_starves_that_waits_for_its_cpu_more_than_half_of_the_time) {
  run([this](Kernel& k) {
    k.window.end = Time{10'000};
    wake_at(k, worker(k, "first", ThreadClass::interrupt, 0, 8000), 0);
    wake_at(k, worker(k, "second", ThreadClass::interrupt, 0, 100), 1000);
    k.executive.run_until(Time{10'000});
    // From 1000 to 8000.
    EXPECT_THAT(findings(k, {}),
                ElementsAre("interrupt thread second starves: it waits for CPU 0 70 % of the time"));
  });
}

TEST_P(Findings, a_thread_that_still_waits_at_the_end_is_seen_and_one_that_waits_little_is_not) {
  run([this](Kernel& k) {
    k.window.end = Time{10'000};
    wake_at(k, worker(k, "first", ThreadClass::interrupt, 0, 20'000), 0);
    wake_at(k, worker(k, "second", ThreadClass::interrupt, 0, 100), 4900);
    wake_at(k, worker(k, "third", ThreadClass::interrupt, 0, 100), 5100);
    k.executive.run_until(Time{10'000});
    EXPECT_THAT(findings(k, {}),
                ElementsAre("interrupt thread second starves: it waits for CPU 0 51 % of the time"));
  });
}

// A card that was busy for some part of the time.
class Card final : public Driver {
 public:
  Card(Kernel& k, int unit, double utilization) : Driver(k, profile_of(k), unit), utilization_(utilization) {
    sessions_ = 3;
  }
  Errno process(Cryptop&) override { return Errno::ok; }
  std::vector<Resource> resources(std::int64_t) const override {
    return {{"card " + std::to_string(unit_), "device", 1, 0, utilization_, ""}};
  }
  std::vector<std::pair<std::string, std::int64_t>> counters() const override { return {}; }

 private:
  static const DriverProfile& profile_of(const Kernel& k) { return k.scenario.driver; }
  double utilization_;
};

TEST_P(Findings, a_card_idles_beside_a_busy_one_that_has_sessions_too) {
  run([](Kernel& k) {
    Card busy(k, 0, 0.8);
    Card idle(k, 1, 0.001);
    k.drivers = {&busy, &idle};
    const auto of = [](const Card& card) { return card.resources(0).front(); };
    EXPECT_THAT(findings(k, std::vector{of(busy), of(idle)}),
                ElementsAre("card 1 idle (0.1 % busy), though 3 sessions are theirs"));
    EXPECT_THAT(findings(k, std::vector{of(idle)}), IsEmpty());
    k.drivers.clear();
  });
}

TEST(BusiestCpu, is_full_though_half_of_the_machine_idles) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(2);
  s.host.ktls.ktls_encrypt_record_ns = q(1000);
  s.ktls.bind_threads = 1;
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 1;
  s.workload.flow_ids = FlowIds::zero;
  s.workload.start_spread_us = 0;
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 1;
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_EQ(result.cpu_busy_ns, std::vector<std::int64_t>({1'000'000, 0}));
  EXPECT_DOUBLE_EQ(metric(result, "busiest_cpu_percent"), 100);
  EXPECT_DOUBLE_EQ(metric(result, "cpu_percent"), 50);
  EXPECT_DOUBLE_EQ(utilization(result, "busiest CPU"), 1);
}

INSTANTIATE_TEST_SUITE_P(engines, Findings, testing::Values(EngineKind::fiber, EngineKind::simgrid), engine_name);

}  // namespace
}  // namespace ktlssim
