// The simulator as a plain queueing network: no CPU costs, a device of chosen law. Expected values are closed
// forms.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "tests/ideal_scenario.hpp"
#include "tests/machine.hpp"

namespace ktlssim {
namespace {

constexpr double kServiceUs = 2.6;

// `sessions` sessions, each on a worker and a CPU of its own, with records circulating.
Scenario closed(int workers, int engines, int records_each, Dispatch dispatch) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(workers);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = workers;
  s.workload.records_in_flight = records_each;
  s.ktls.dispatch = dispatch;
  s.driver.device.engines = q(engines);
  for (CipherCost& cost : s.driver.ciphers) cost.request_ns = q(kServiceUs * 1e3);
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 100;
  return s;
}

TEST(ClosedForm, deterministic_blocking_workers_on_one_device_are_bound_by_their_round_trip_or_the_device) {
  for (const int workers : {1, 2, 5, 8, 12}) {
    Scenario s = closed(workers, 1, 3, Dispatch::blocking);
    s.driver.device.latency_submit_ns = q(9000);
    s.driver.device.latency_complete_ns = q(8400);
    // X = min(N / (L + s), 1 / s), L + s = 9 + 2.6 + 8.4 = 20 us: 8 workers saturate the device.
    const double expected = std::min(workers / 20.0, 1 / kServiceUs) * 1e6;
    EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), expected, 10 * workers)
        << workers << " workers";
  }
}

TEST(ClosedForm, async_workers_saturate_the_device_whatever_its_latency) {
  Scenario s = closed(1, 1, 32, Dispatch::driver);
  s.driver.device.latency_submit_ns = q(9000);
  s.driver.device.latency_complete_ns = q(8400);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "records_per_second"), 1e6 / kServiceUs, 10);
  EXPECT_NEAR(utilization(result, "ccr engines"), 1, 1e-9);
  EXPECT_EQ(metric(result, "in_flight_max"), 32);
}

// Throughput of M/M/c//N: N workers that think for `think_us` and are served by c exponential engines.
double repairmen_per_second(int population, int servers, double think_us) {
  // p_k: k records at the device; p_k / p_(k-1) = (N - k + 1) / Z * s / min(k, c).
  double p = 1;
  double sum = 1;
  double busy = 0;
  for (int k = 1; k <= population; ++k) {
    p *= (population - k + 1) / think_us * kServiceUs / std::min(k, servers);
    sum += p;
    busy += p * std::min(k, servers);
  }
  return busy / sum / kServiceUs * 1e6;
}

struct Repairmen {
  int workers;
  int engines;
};

class MachineRepairman : public testing::TestWithParam<Repairmen> {};

// Fixed latency is insensitive: only its mean counts, so the closed form for exponential think times holds.
// Level 99.9 % for one of a handful of cases, seeds fixed beforehand.
TEST_P(MachineRepairman, is_within_its_confidence_interval) {
  const auto [workers, engines] = GetParam();
  Scenario s = closed(workers, engines, 2, Dispatch::blocking);
  s.driver.device.law = ServiceLaw::exponential;
  s.driver.device.latency_submit_ns = q(10000);
  s.seed = 20210823;
  constexpr int kReplications = 12;
  double sum = 0;
  double squares = 0;
  for (int r = 0; r < kReplications; ++r) {
    const double x =
        metric(simulate(s, EngineKind::fiber, static_cast<std::uint64_t>(r)), "records_per_second");
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kReplications;
  const double deviation = std::sqrt((squares - kReplications * mean * mean) / (kReplications - 1));
  const double t = boost::math::quantile(boost::math::students_t(kReplications - 1), 0.9995);
  const double expected = repairmen_per_second(workers, engines, 10.0);
  EXPECT_NEAR(mean, expected, t * deviation / std::sqrt(kReplications));
  EXPECT_NEAR(mean / expected, 1, 0.01);
}

INSTANTIATE_TEST_SUITE_P(cases, MachineRepairman,
                         testing::Values(Repairmen{1, 1}, Repairmen{4, 1}, Repairmen{8, 1}, Repairmen{8, 2},
                                         Repairmen{12, 4}),
                         [](const auto& test) {
                           return "N" + std::to_string(test.param.workers) + "_c" +
                                  std::to_string(test.param.engines);
                         });

TEST(ClosedForm, littles_law_holds_at_the_device_and_its_latencies) {
  Scenario s = closed(8, 2, 4, Dispatch::driver);
  s.driver.device.law = ServiceLaw::exponential;
  s.driver.device.latency_submit_ns = q(3000);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // All 32 records are always in flight, and each is in flight for as long as from enqueue to ready: N = X R.
  EXPECT_NEAR(metric(result, "records_per_second") * metric(result, "latency_ready_us_mean") / 1e6, 32, 0.02);
  EXPECT_NEAR(metric(result, "in_flight_mean"), 32, 1e-9);
}

TEST(ClosedForm, an_open_queue_of_random_arrivals_waits_as_m_m_1) {
  Scenario s = closed(1, 1, 1, Dispatch::driver);
  s.workload.kind = WorkloadKind::poisson;
  s.workload.records_per_second = 0.5e6 / kServiceUs;  // rho = 0.5
  s.driver.device.law = ServiceLaw::exponential;
  s.measure.duration_ms = 3000;
  // W = s / (1 - rho) = 5.2 us
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "latency_ready_us_mean"), 5.2, 0.052);
}

}  // namespace
}  // namespace ktlssim
