// What the simulator makes of a setting of the twin, and how the table is judged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/experiment/twin/evaluation.hpp"
#include "sim/experiment/twin/prediction.hpp"
#include "sim/experiment/twin/twin_scenario.hpp"

namespace ktlssim {
namespace {

// Every cost nothing, but for those given.
ThreadCosts costs(std::vector<std::pair<std::string, double>> given = {}) {
  ThreadCosts all;
  for (const char* const name :
       {"burn_factor", "clock_read_ns", "mutex_pair_ns", "line_transfer_ns", "sleep_ns", "context_switch_ns",
        "wakeup_ns", "interrupt_ns", "interrupt_exit_ns", "turnstile_ns", "ipi_queue_ns", "ipi_flight_ns", "ipi_caught_ns", "background_share", "copy_warm_16k_ns_per_byte",
        "copy_warm_1k_ns_per_byte", "state_alloc_ns", "state_free_ns", "evp_request_ns",
        "evp_shared_16k_ns", "copy_shared_16k_ns_per_byte"})
    all.all.push_back({name, "", 0, 0, 0});
  given.emplace_back("burn_factor", 1);
  for (MeasuredCost& cost : all.all)
    for (const auto& [name, value] : given)
      if (cost.name == name) cost.value = cost.low = cost.high = value;
  return all;
}

// One session that may have one record under way, so that everything happens one after the other.
TwinSetting lone(TwinPath path) {
  TwinSetting s =
      read_twin_settings(Json::parse(R"({"conditions": [{"name": "lone", "sessions": 1, "credit_records": 1}]})"),
                         "f")[path == TwinPath::blocking ? 0 : 1];
  s.ack_holdoff_ns = 0;
  return s;
}

// Work 2000 + 2000 + 500 + 500 + 1000 + 500, device 3000 + 10000 + 3000, round trip 20000 and 13 ns on the
// wire (16413 B at 10 Tbit/s): 42513 ns. After the wire gets its record the next waits for nobody; the
// application's 2000 pass while the record is under way.
constexpr double kLoneNs = 2000 + 500 + 3000 + 10000 + 3000 + 500 + 1000 + 20000 + 13 + 500;

TEST(TwinPrediction, a_lone_record_takes_the_sum_of_its_way_on_both_paths) {
  for (const TwinPath path : {TwinPath::blocking, TwinPath::async}) {
    const TwinPrediction p = predict_twin(lone(path), costs(), 1, 0);
    EXPECT_EQ(p.failure, "");
    EXPECT_NEAR(p.records_per_second.value, 1e9 / kLoneNs, 60) << name(path);
    EXPECT_NEAR(p.cpu_us_per_record.value, 6.5, 0.02) << name(path);
  }
}

TEST(TwinPrediction, the_flight_of_an_interrupt_is_no_cpu_time) {
  const TwinPrediction p = predict_twin(lone(TwinPath::async), costs({{"ipi_queue_ns", 1000}, {"ipi_flight_ns", 5000}}), 1, 0);
  EXPECT_NEAR(p.records_per_second.value, 1e9 / (kLoneNs + 2 * 5000), 60);  // of the device and of the network
  EXPECT_NEAR(p.cpu_us_per_record.value, 6.5, 0.02);
}

TEST(TwinPrediction, work_takes_longer_by_what_the_system_takes_meanwhile) {
  const TwinPrediction p = predict_twin(lone(TwinPath::async), costs({{"background_share", 0.2}}), 1, 0);
  EXPECT_NEAR(p.cpu_us_per_record.value, 6.5 / 0.8, 0.02);
}

// An interrupt flies for nothing at one moment and for 10000 ns at the other; of the device and of the network.
TEST(TwinPrediction, is_the_mean_over_moments_of_the_costs_with_their_range) {
  ThreadCosts twice = costs();
  for (MeasuredCost& cost : twice.all) {
    const double later = cost.name == "ipi_flight_ns" ? 10000 : cost.value;
    cost = cost_of(cost.name, "", {cost.value, later});
  }
  const TwinPrediction p = predict_twin(lone(TwinPath::async), twice, 1, 8);
  ASSERT_EQ(p.drawn_records_per_second.size(), 2u);
  const double first = 1e9 / kLoneNs;
  const double second = 1e9 / (kLoneNs + 2 * 10000);
  EXPECT_NEAR(p.drawn_records_per_second[0], first, 60);
  EXPECT_NEAR(p.drawn_records_per_second[1], second, 60);
  EXPECT_NEAR(p.records_per_second.value, (first + second) / 2, 60);
  EXPECT_NEAR(p.records_per_second.low, second, 60);
  EXPECT_NEAR(p.records_per_second.high, first, 60);
}

TEST(TwinPrediction, states_the_range_of_each_measured_cost_in_its_scenario) {
  ThreadCosts ranged = costs({{"interrupt_exit_ns", 900}, {"line_transfer_ns", 80}});
  for (MeasuredCost& cost : ranged.all) {
    if (cost.name == "interrupt_exit_ns") cost.low = 800, cost.high = 1000;
    if (cost.name == "line_transfer_ns") cost.low = 20, cost.high = 90;
  }
  // Three lines of the interrupt's state beside it.
  const Json exit = twin_scenario(lone(TwinPath::async), ranged, 1)["host"]["scheduler"]["interrupt_exit_ns"];
  EXPECT_EQ(exit["value"], 900 + 3 * 80);
  EXPECT_EQ(exit["low"], 800 + 3 * 20);
  EXPECT_EQ(exit["high"], 1000 + 3 * 90);
}

TEST(TwinTable, a_gain_is_decided_where_both_intervals_leave_out_zero) {
  const TwinGain right{"", false, {0.5, 0.4, 0.6}, {0.3, 0.2, 0.4}};
  EXPECT_TRUE(right.decided() && right.same_sign());
  const TwinGain wrong{"", false, {0.5, 0.4, 0.6}, {-0.3, -0.4, -0.2}};
  EXPECT_TRUE(wrong.decided() && !wrong.same_sign());
  const TwinGain open{"", false, {0.5, -0.1, 0.6}, {-0.3, -0.4, -0.2}};
  EXPECT_FALSE(open.decided());
}

TEST(TwinTable, settings_kept_aside_are_scored_apart) {
  TwinTable table;
  for (const bool kept_aside : {false, true}) {
    TwinRow row;
    row.setting = lone(TwinPath::async);
    row.setting.kept_aside = kept_aside;
    row.records_per_second = {100, 95, 105};
    row.cpu_us_per_record = {10, 10, 10};
    row.predicted.records_per_second = kept_aside ? TwinInterval{120, 110, 130} : TwinInterval{109, 104, 115};
    row.predicted.cpu_us_per_record = {11.4, 11, 12};
    table.rows.push_back(row);
  }
  const TwinScore looked_at = table.score(false);
  EXPECT_EQ(looked_at.rows, 1);
  EXPECT_EQ(looked_at.throughput_within_10, 1);  // 9 %
  EXPECT_EQ(looked_at.cpu_within_15, 1);         // 14 %
  EXPECT_EQ(looked_at.intervals_meet, 1);
  const TwinScore kept = table.score(true);
  EXPECT_EQ(kept.throughput_within_10, 0);  // 20 %
  EXPECT_EQ(kept.intervals_meet, 0);
  EXPECT_NEAR(kept.worst_throughput, 0.2, 1e-9);
}

}  // namespace
}  // namespace ktlssim
