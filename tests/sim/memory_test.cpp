// The ceiling that memory sets, against arithmetic.
#include "sim/kernel/memory.hpp"

#include <gtest/gtest.h>

#include "models/bounds.hpp"
#include "tests/support/ideal_scenario.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

MemoryCosts costs(double gbytes_per_s, double backlog_ns) { return {q(gbytes_per_s), q(3), q(backlog_ns)}; }

TEST(Memory, serves_first_come_first_served) {
  const MemoryCosts two = costs(2, 0);
  const Window window{Time{0}, Time{10000}};
  Memory memory(two, window);
  memory.move(1000, Time{0});
  EXPECT_EQ(memory.caught_up(), Time{500});
  memory.move(1000, Time{100});
  EXPECT_EQ(memory.caught_up(), Time{1000});
  memory.move(400, Time{5000});
  EXPECT_EQ(memory.caught_up(), Time{5200});
  EXPECT_DOUBLE_EQ(memory.gbytes_per_s(), 0.24);
  EXPECT_DOUBLE_EQ(memory.resources(1).front().utilization, 0.12);
}

TEST(Memory, counts_what_moves_in_the_measured_time) {
  const MemoryCosts one = costs(1, 0);
  const Window window{Time{1000}, Time{2000}};
  Memory memory(one, window);
  memory.move(600, Time{500});   // busy until 1100
  memory.move(500, Time{1800});  // busy until 2300
  EXPECT_DOUBLE_EQ(memory.gbytes_per_s(), 0.5);
  EXPECT_DOUBLE_EQ(memory.resources(1).front().utilization, 0.3);
}

TEST(Memory, a_small_backlog_delays_nobody) {
  const MemoryCosts patient = costs(1, 300);
  const Window window{Time{0}, Time{10000}};
  Memory memory(patient, window);
  memory.move(200, Time{0});
  EXPECT_LT(memory.caught_up(), Time{0});
  memory.move(200, Time{0});
  EXPECT_EQ(memory.caught_up(), Time{100});
}

TEST(Memory, of_a_domain_has_an_even_share_and_a_queue_of_its_own) {
  const MemoryCosts two = costs(2, 0);
  const Window window{Time{0}, Time{10000}};
  Memory memory(two, window, 2);
  memory.move(1000, Time{0}, 0);
  EXPECT_EQ(memory.caught_up(0), Time{1000});
  EXPECT_EQ(memory.caught_up(1), Time{0});
  memory.move(500, Time{800}, 1);
  EXPECT_EQ(memory.caught_up(1), Time{1300});
  EXPECT_EQ(memory.caught_up(), Time{1300});
  EXPECT_DOUBLE_EQ(memory.gbytes_per_s(), 0.15);
  const std::vector<Resource> resources = memory.resources(1);
  ASSERT_EQ(resources.size(), 2U);
  EXPECT_EQ(resources[0].name, "memory of domain 0");
  EXPECT_DOUBLE_EQ(resources[0].utilization, 0.1);
  EXPECT_EQ(resources[1].name, "memory of domain 1");
  EXPECT_DOUBLE_EQ(resources[1].utilization, 0.05);
}

// Four CPUs encrypt without end, in place: two passes over each byte.
Scenario software(double gbytes_per_s) {
  Scenario s = ideal_scenario();
  s.host.cpus = q(4);
  s.workload.kind = WorkloadKind::closed;
  s.workload.sessions = 4;
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.records_in_flight = 1;
  for (AlgorithmCost& cost : s.driver.ciphers) cost.request_ns = q(1000);
  s.host.memory = costs(gbytes_per_s, 0);
  s.measure.warmup_ms = 1;
  s.measure.duration_ms = 10;
  return s;
}

TEST(MemoryCeiling, holds_cpus_that_could_do_more) {
  // 4 CPUs of 16384 bytes a microsecond would move 131 GB/s. At 65.536 each record takes its CPU 2 us, of
  // which one is a stall.
  const RunResult result = simulate(software(65.536), EngineKind::fiber, 0);
  EXPECT_NEAR(metric(result, "throughput_gbps"), 65.536 / 2 * 8, 0.1);
  EXPECT_NEAR(metric(result, "memory_gbytes_per_s"), 65.536, 0.1);
  EXPECT_NEAR(metric(result, "cpu_percent"), 100, 1e-6);
  EXPECT_NEAR(utilization(result, "CPUs"), 0.5, 1e-3);
  EXPECT_NEAR(utilization(result, "memory"), 1, 1e-3);
  std::int64_t stalled = 0;
  for (const CpuRow& row : result.cpu) stalled += row.function == "memory_stall" ? row.busy_ns : 0;
  EXPECT_NEAR(static_cast<double>(stalled), 4 * 10e6 / 2, 1e4);
}

TEST(MemoryCeiling, above_what_is_asked_for_changes_nothing) {
  const RunResult without = simulate(software(0), EngineKind::fiber, 0);
  const RunResult with = simulate(software(140), EngineKind::fiber, 0);
  EXPECT_EQ(metric(with, "throughput_gbps"), metric(without, "throughput_gbps"));
  EXPECT_NEAR(utilization(with, "memory"), 131.072 / 140, 1e-3);
}

TEST(MemoryCeiling, a_stall_on_a_slow_sibling_ends_when_memory_has_caught_up) {
  Scenario s = software(65.536);
  s.host.threads_per_core = q(2);
  s.host.smt_speed = q(0.5);
  // At half speed encryption takes the 2 us that memory takes.
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"), 65.536 / 2 * 8, 0.1);
}

TEST(MemoryCeiling, counts_the_passes_of_each_path) {
  Scenario s = software(0);
  s.host.memory = costs(0, 0);
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.records_in_flight = 0;
  s.network.rate_gbps = 10;
  s.network.kind = NetworkKind::nic;
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 100;
  const auto passes = [&s] {
    const RunResult result = simulate(s, EngineKind::fiber, 0);
    return metric(result, "memory_gbytes_per_s") * 8 / metric(result, "throughput_gbps");
  };
  EXPECT_NEAR(passes(), 3 + 1, 0.05);  // encrypted to another place; read by the NIC
  s.workload.disk_probability = 1;
  EXPECT_NEAR(passes(), 1 + 3 + 1, 0.05);  // written by the disk
  s.workload.disk_probability = 0;
  s.workload.kind = WorkloadKind::send;
  EXPECT_NEAR(passes(), 3 + 2 + 1, 0.05);  // copied from the application; in place
  s.ktls.mode = KtlsMode::ifnet;
  EXPECT_NEAR(passes(), 3 + 1, 0.05);
}

TEST(MemoryCeiling, is_a_station_of_the_bounds) {
  const AsymptoticBounds bounds = asymptotic_bounds(demands_of(software(65.536)));
  EXPECT_EQ(bounds.bottleneck.name, "memory");
  EXPECT_DOUBLE_EQ(bounds.throughput_gbps, 65.536 / 2 * 8);
}

TEST(MemoryCeiling, holds_a_card_and_a_nic) {
  Scenario s = ideal_ccr();
  s.workload.kind = WorkloadKind::sendfile;
  s.workload.sessions = 16;
  s.network.rate_gbps = 100;
  s.host.memory = costs(15, 0);
  s.measure.warmup_ms = 5;
  s.measure.duration_ms = 20;
  // A card reads and writes, the NIC reads: three passes.
  EXPECT_NEAR(metric(simulate(s, EngineKind::fiber, 0), "throughput_gbps"), 15.0 * 8 / 3, 0.5);
}

}  // namespace
}  // namespace ktlssim
