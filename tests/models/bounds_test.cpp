// Demands, bounds and mean value analysis against values computed by hand.
#include "models/bounds.hpp"

#include <gtest/gtest.h>

#include "tests/support/ideal_scenario.hpp"
#include "tests/support/queueing_theory.hpp"

namespace ktlssim {
namespace {

const StationDemand& station(const Demands& demands, std::string_view name) {
  for (const StationDemand& s : demands.stations)
    if (s.name == name) return s;
  throw std::runtime_error("no station " + std::string(name));
}

Scenario blocking_workers(int workers) {
  Scenario s = ideal_ccr();
  s.host.cpus = q(workers);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = workers;
  s.ktls.dispatch = Dispatch::blocking;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(2600);
  s.driver.device.latency_submit_ns = q(17400);
  return s;
}

TEST(Bounds, blocking_workers_are_limited_by_their_round_trip_up_to_the_knee) {
  // Round trip 17.4 + 2.6 = 20 us. Five workers: 5 / 20 = 0.25; the device allows 1 / 2.6; knee 20 / 2.6
  // = 7.69.
  const AsymptoticBounds few = asymptotic_bounds(demands_of(blocking_workers(5)));
  EXPECT_EQ(few.bottleneck.name, "workers, one record each");
  EXPECT_DOUBLE_EQ(few.bottleneck.records_per_us, 0.25);
  EXPECT_DOUBLE_EQ(few.knees.front().customers, 20 / 2.6);
  const AsymptoticBounds many = asymptotic_bounds(demands_of(blocking_workers(8)));
  EXPECT_EQ(many.bottleneck.name, "ccr engines");
  EXPECT_DOUBLE_EQ(many.bottleneck.records_per_us, 1 / 2.6);
  EXPECT_DOUBLE_EQ(many.throughput_gbps, 16384 * 8 / 2600.0);
}

TEST(Bounds, a_mix_is_bounded_where_all_kinds_go) {
  // Both use the first station, two servers: 2 / 5 records a microsecond, or 2 / 4. One of them never uses
  // the second.
  Demands a, b;
  a.stations = {{"both", 2, 5, 1}, {"a alone", 1, 3, 1}};
  b.stations = {{"both", 2, 4, 1}, {"b alone", 1, 3, 1}};
  EXPECT_EQ(mix_bound({a, b}).name, "both");
  EXPECT_DOUBLE_EQ(mix_bound({a, b}).records_per_us, 0.5);
}

TEST(Bounds, a_mix_has_no_more_than_its_kinds_have_alone) {
  // 1 / 100 and 1 / 50 records a microsecond where only one kind goes, 2 / 4 where both go.
  Demands a, b;
  a.stations = {{"both", 2, 5, 1}, {"a alone", 1, 100, 1}};
  b.stations = {{"both", 2, 4, 1}, {"b alone", 1, 50, 1}};
  EXPECT_EQ(mix_bound({a, b}).name, "a alone + b alone");
  EXPECT_DOUBLE_EQ(mix_bound({a, b}).records_per_us, 0.03);
  EXPECT_DOUBLE_EQ(mix_bound({a}).records_per_us, 0.01);
}

TEST(Bounds, async_dispatch_lifts_the_limit_of_the_round_trip) {
  Scenario s = blocking_workers(1);
  s.ktls.dispatch = Dispatch::driver;
  s.workload.records_in_flight = 8;
  EXPECT_EQ(asymptotic_bounds(demands_of(s)).bottleneck.name, "ccr engines");
}

TEST(Bounds, costs_of_a_batch_are_shared_by_the_records_of_the_largest_one) {
  Scenario s = ideal_ccr();
  s.host.ktls.ktls_encrypt_record_ns = q(100);
  s.host.ktls.ktls_buffer_alloc_ns = q(50);
  s.host.ktls.ktls_work_thread_ns = q(640);
  s.host.application.sendfile_ns = q(6400);
  s.host.application.sendfile_page_ns = q(10);
  const Demands demands = demands_of(s);
  // 1 MiB of sendfile and of send buffer: batches of 64 records. Worker 100 + 50 + 640 / 64 = 160 ns;
  // application 6400 / 64 + 4 pages x 10 = 140 ns.
  EXPECT_DOUBLE_EQ(station(demands, "KTLS workers, CPU time").demand_us, 0.16);
  EXPECT_DOUBLE_EQ(station(demands, "application threads").demand_us, 0.14);
  // 5 + 8 bytes of header and nonce, 16 of tag: 16413 bytes at 100 Gbit/s.
  EXPECT_DOUBLE_EQ(station(demands, "link").demand_us, 16413 * 1538.0 / 1448 * 8 / 1e5);  // with headers
}

TEST(Bounds, a_card_that_encrypts_is_a_station) {
  Scenario s = ideal_ccr();
  s.ktls.mode = KtlsMode::ifnet;
  s.driver.kind = DriverKind::nic_tls;
  for (AlgorithmCost& cost : s.driver.ciphers) {
    cost.request_ns = q(300);
    cost.byte_ns = q(0.1);
  }
  // TLS 1.2 with AES-GCM: 16 384 bytes and 29 more, 16 413/16 384 of a request.
  EXPECT_NEAR(station(demands_of(s), "NIC TLS").demand_us, (300 * 16413 / 16384.0 + 0.1 * 16413) / 1e3, 1e-6);
}

TEST(Bounds, siblings_share_a_core) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(8);
  s.host.threads_per_core = q(2);
  s.host.smt_speed = q(0.63);
  s.host.ktls.ktls_encrypt_record_ns = q(1000);
  EXPECT_DOUBLE_EQ(station(demands_of(s), "CPUs, all CPU time").servers, 4 * 1.26);
  s.host.cpus = q(3);  // a core, and a CPU whose sibling is not there
  EXPECT_DOUBLE_EQ(station(demands_of(s), "CPUs, all CPU time").servers, 1.26 + 1);
  s.host.cpus = q(1);
  EXPECT_DOUBLE_EQ(station(demands_of(s), "CPUs, all CPU time").servers, 1);
  s.host.cpus = q(8);
  s.host.smt_speed = q(0.4);  // two siblings do less than one alone: no run gains by using both
  EXPECT_DOUBLE_EQ(station(demands_of(s), "CPUs, all CPU time").servers, 4);
}

TEST(MeanValueAnalysis, follows_the_recursion) {
  // n = 1: R = 1, 2; X = 1/3; Q = 1/3, 2/3. n = 2: R = 4/3, 10/3; X = 2 / (14/3) = 3/7; Q = 4/7, 10/7.
  const MeanValues values = mean_value_analysis({2, 0, {{"a", 1, 1}, {"b", 1, 2}}});
  EXPECT_DOUBLE_EQ(values.records_per_us, 3.0 / 7);
  EXPECT_DOUBLE_EQ(values.queues[0].length, 4.0 / 7);
  EXPECT_DOUBLE_EQ(values.queues[1].residence_us, 10.0 / 3);
  EXPECT_DOUBLE_EQ(values.queues[1].utilization, 6.0 / 7);
}

TEST(MeanValueAnalysis, serves_several_customers_at_once_where_there_are_servers) {
  // M/M/2//3, Z = s = 1: p = 1, 3, 3, 1.5 over 8.5; 3 x 1 + 3 x 2 + 1.5 x 2 = 12 busy: X = 12 / 8.5.
  EXPECT_DOUBLE_EQ(mean_value_analysis({3, 1, {{"a", 2, 1}}}).records_per_us, 12 / 8.5);
  EXPECT_NEAR(mean_value_analysis({12, 10, {{"a", 4, 2.6}}}).records_per_us,
              theory::repairmen(12, 4, 10, 2.6), 1e-9);
}

TEST(MeanValueAnalysis, lies_between_the_balanced_job_bounds) {
  // N = 2, D = 1 + 2: 2 / (3 + 2) and 2 / (3 + 1.5); exact 3/7.
  const auto bounds = balanced_job_bounds({2, 0, {{"a", 1, 1}, {"b", 1, 2}}});
  ASSERT_TRUE(bounds);
  EXPECT_DOUBLE_EQ(bounds->lower_per_us, 0.4);
  EXPECT_DOUBLE_EQ(bounds->upper_per_us, 2 / 4.5);
  EXPECT_FALSE(balanced_job_bounds({2, 0, {{"a", 2, 1}}}));
}

TEST(ProductForm, is_found_where_all_times_are_exponential) {
  Scenario s = blocking_workers(1);
  s.ktls.dispatch = Dispatch::driver;
  s.workload.records_in_flight = 12;
  s.host.cpus = q(4);
  s.ktls.workers = 1;
  s.driver.device.process_ns = q(2000);
  s.driver.device.response_ns = q(1500);
  s.driver.device.latency_submit_ns = q(5000);
  s.driver.device.law = ServiceLaw::exponential;
  EXPECT_EQ(product_form(s).why_not, "the times of \"KTLS workers, CPU time\" are not exponential");
  s.host.step_law = ServiceLaw::exponential;
  const ProductForm form = product_form(s);
  ASSERT_TRUE(form.network) << form.why_not;
  EXPECT_NEAR(mean_value_analysis(*form.network).records_per_us, theory::closed_network(12, 5, {2, 2.6, 1.5}),
              1e-9);
}

TEST(ProductForm, counts_waiting_workers_as_customers) {
  Scenario s = blocking_workers(8);
  s.driver.device.law = ServiceLaw::exponential;
  const ProductForm form = product_form(s);
  ASSERT_TRUE(form.network) << form.why_not;
  EXPECT_NEAR(mean_value_analysis(*form.network).records_per_us, theory::repairmen(8, 1, 17.4, 2.6), 1e-9);
}

}  // namespace
}  // namespace ktlssim
