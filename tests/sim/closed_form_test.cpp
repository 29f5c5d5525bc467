// The simulator as a plain queueing network: no CPU costs, a device of chosen law. Expected values are closed
// forms, computed in tests/queueing_theory.hpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <functional>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"
#include "tests/support/queueing_theory.hpp"

namespace ktlssim {
namespace {

constexpr double kServiceUs = 2.6;

void serve(Scenario& s, ServiceLaw law, int engines) {
  s.driver.device.law = law;
  s.driver.device.engines = q(engines);
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(kServiceUs * 1e3);
}

// `sessions` sessions, each on a worker and a CPU of its own, with records circulating.
Scenario closed(int workers, int engines, int records_each, Dispatch dispatch) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(workers);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = workers;
  s.workload.records_in_flight = records_each;
  s.ktls.dispatch = dispatch;
  serve(s, ServiceLaw::constant, engines);
  s.measure.warmup_ms = 2;
  s.measure.duration_ms = 100;
  return s;
}

// --- Deterministic times: exact, but for the records at the edges of the window

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

TEST(ClosedForm, deterministic_workers_are_bound_by_their_cpus) {
  for (const int cpus : {1, 2, 3}) {
    Scenario s = closed(8, 1, 3, Dispatch::blocking);
    s.host.cpus = q(cpus);
    s.ktls.workers = 8;
    s.host.opencrypto.crypto_dispatch_ns = q(12000);
    s.driver.device.latency_submit_ns = q(5400);
    // X = min(W / (c + L + s), m / c, 1 / s) = min(8 / 20, m / 12, 1 / 2.6): the CPUs. The interrupt costs
    // nothing.
    EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"), cpus / 12.0 * 1e6, 10 * cpus)
        << cpus << " CPUs";
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

TEST(ClosedForm, async_records_in_flight_saturate_the_device_at_the_knee) {
  for (const int records : {1, 3, 7, 8, 20}) {
    Scenario s = closed(1, 1, records, Dispatch::driver);
    s.driver.device.latency_submit_ns = q(17400);
    // X = min(N / (L + s), 1 / s), L + s = 20 us, knee at 20 / 2.6 = 7.7 records.
    EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "records_per_second"),
                std::min(records / 20.0, 1 / kServiceUs) * 1e6, 10 * records)
        << records << " records";
  }
}

// --- Random times: within one per cent, and within the confidence interval

struct RandomCase {
  const char* name;
  Scenario (*scenario)();
  double (*measured)(const RunResult&);
  double expected;

  friend void PrintTo(const RandomCase& c, std::ostream* os) { *os << c.name; }
};

double sojourn_us(const RunResult& result) { return metric(result, "latency_ready_us_mean"); }
double per_us(const RunResult& result) { return metric(result, "records_per_second") / 1e6; }
double loss(const RunResult& result) {
  double submitted = 0;
  double lost = 0;
  for (const auto& [name, value] : result.counters) {
    if (name == "dev.qat.0.stats.sym_submits") submitted = static_cast<double>(value);
    if (name == "dev.qat.0.stats.ring_full") lost = static_cast<double>(value);
  }
  return lost / (lost + submitted);
}

Scenario open(double rho, ServiceLaw law, int engines = 1) {
  Scenario s = closed(1, engines, 1, Dispatch::driver);
  serve(s, law, engines);
  s.workload.kind = WorkloadKind::poisson;
  s.workload.records_per_second = rho * engines * 1e6 / kServiceUs;
  s.measure.duration_ms = 500;
  return s;
}

// Fixed latency is insensitive: only its mean counts, so closed forms for exponential think times hold.
Scenario repairmen(int workers, int engines) {
  Scenario s = closed(workers, engines, 2, Dispatch::blocking);
  serve(s, ServiceLaw::exponential, engines);
  s.driver.device.latency_submit_ns = q(10000);
  return s;
}

// A ring of K places: what finds it full is an error to KTLS, and the connection is lost; another one takes its
// place within a nanosecond. So many are open that hardly two records of one are ever in the ring: M/M/1/K.
Scenario finite_ring() {
  Scenario s = ideal_qat();
  serve(s, ServiceLaw::exponential, 1);
  s.driver.qat.banks = q(1);
  s.driver.qat.in_flight_per_bank = q(4);
  s.workload.kind = WorkloadKind::poisson;
  s.workload.sessions = 10000;
  s.workload.reconnect_us = 0.001;
  s.workload.records_per_second = 0.9e6 / kServiceUs;
  s.measure.warmup_ms = 0;
  s.measure.duration_ms = 500;
  return s;
}

// A worker that takes 2 us a record, the device, and, with three stations, the interrupt thread (1.5 us), all
// exponential; 5 us of latency; CPUs enough that none waits for one.
Scenario network(int stations, int records) {
  Scenario s = closed(1, 1, records, Dispatch::driver);
  s.host.cpus = q(4);
  s.ktls.workers = 1;
  s.host.step_law = ServiceLaw::exponential;
  serve(s, ServiceLaw::exponential, 1);
  s.driver.device.process_ns = q(2000);
  s.driver.device.response_ns = q(stations == 3 ? 1500 : 0);
  s.driver.device.latency_submit_ns = q(5000);
  s.measure.duration_ms = 200;
  return s;
}

constexpr int kReplications = 12;
const std::array<RandomCase, 15> kCases{{
    {"M_M_1", [] { return open(0.5, ServiceLaw::exponential); }, sojourn_us,
     theory::mg1_sojourn(0.5 / kServiceUs, kServiceUs, 1)},
    {"M_D_1", [] { return open(0.6, ServiceLaw::constant); }, sojourn_us,
     theory::mg1_sojourn(0.6 / kServiceUs, kServiceUs, 0)},
    {"M_G_1_uniform", [] { return open(0.6, ServiceLaw::uniform); }, sojourn_us,
     theory::mg1_sojourn(0.6 / kServiceUs, kServiceUs, 1.0 / 3)},
    {"M_M_3", [] { return open(0.6, ServiceLaw::exponential, 3); }, sojourn_us,
     theory::mmc_sojourn(0.6 * 3 / kServiceUs, kServiceUs, 3)},
    {"M_M_1_K_loss", finite_ring, loss, theory::mm1k_loss(0.9 / kServiceUs, kServiceUs, 4)},
    {"M_M_1_K_utilization", finite_ring, [](const RunResult& r) { return utilization(r, "qat engines"); },
     0.9 * (1 - theory::mm1k_loss(0.9 / kServiceUs, kServiceUs, 4))},
    {"repairman_N1", [] { return repairmen(1, 1); }, per_us, theory::repairmen(1, 1, 10, kServiceUs)},
    {"repairman_N4", [] { return repairmen(4, 1); }, per_us, theory::repairmen(4, 1, 10, kServiceUs)},
    {"repairman_N8", [] { return repairmen(8, 1); }, per_us, theory::repairmen(8, 1, 10, kServiceUs)},
    {"M_M_2_N8", [] { return repairmen(8, 2); }, per_us, theory::repairmen(8, 2, 10, kServiceUs)},
    {"M_M_4_N12", [] { return repairmen(12, 4); }, per_us, theory::repairmen(12, 4, 10, kServiceUs)},
    {"two_stations_N3", [] { return network(2, 3); }, per_us, theory::closed_network(3, 5, {2, kServiceUs})},
    {"two_stations_N10", [] { return network(2, 10); }, per_us,
     theory::closed_network(10, 5, {2, kServiceUs})},
    {"three_stations_N4", [] { return network(3, 4); }, per_us,
     theory::closed_network(4, 5, {2, kServiceUs, 1.5})},
    {"three_stations_N12", [] { return network(3, 12); }, per_us,
     theory::closed_network(12, 5, {2, kServiceUs, 1.5})},
}};

class RandomClosedForm : public testing::TestWithParam<RandomCase> {};

// One chance in a thousand that any of the cases fails (Bonferroni), with a seed fixed beforehand.
TEST_P(RandomClosedForm, is_met_within_one_per_cent_and_within_the_confidence_interval) {
  const RandomCase& c = GetParam();
  Scenario s = c.scenario();
  s.seed = 20210823;
  double sum = 0;
  double squares = 0;
  for (int r = 0; r < kReplications; ++r) {
    const double x = c.measured(simulate(s, EngineKind::fiber, static_cast<std::uint64_t>(r)));
    sum += x;
    squares += x * x;
  }
  const double mean = sum / kReplications;
  const double deviation = std::sqrt((squares - kReplications * mean * mean) / (kReplications - 1));
  const boost::math::students_t t(kReplications - 1);
  const double tail = 0.001 / (2 * kCases.size());
  const double half =
      boost::math::quantile(boost::math::complement(t, tail)) * deviation / std::sqrt(kReplications);
  EXPECT_NEAR(mean, c.expected, half);
  EXPECT_NEAR(mean / c.expected, 1, 0.01);
  std::printf("%-22s expected %9.6f simulated %9.6f +- %8.6f error %+6.3f %%\n", c.name, c.expected, mean,
              half, 100 * (mean / c.expected - 1));
}

INSTANTIATE_TEST_SUITE_P(cases, RandomClosedForm, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(ClosedForm, littles_law_holds_at_the_device_and_its_latencies) {
  Scenario s = closed(8, 2, 4, Dispatch::driver);
  serve(s, ServiceLaw::exponential, 2);
  s.driver.device.latency_submit_ns = q(3000);
  const RunResult result = simulate(s, EngineKind::fiber, 0);
  // All 32 records are always in flight, and each is in flight for as long as from enqueue to ready: N = X R.
  EXPECT_NEAR(metric(result, "records_per_second") * metric(result, "latency_ready_us_mean") / 1e6, 32, 0.02);
  EXPECT_NEAR(metric(result, "in_flight_mean"), 32, 1e-9);
}

}  // namespace
}  // namespace ktlssim
