// Little's law of a station, by hand.
#include "sim/measure/station.hpp"

#include <gtest/gtest.h>

namespace ktlssim {
namespace {

TEST(Station, the_number_inside_over_time_is_the_sum_of_the_stays) {
  Station station;
  Time a = kNever;
  Time b = kNever;
  station.enter(a, Time{10});
  station.enter(b, Time{30});
  station.leave(a, Time{50});
  // 10 to 30 one, 30 to 50 two, 50 to 70 one: 20 + 40 + 20 = 80. a stayed 40, b is there since 30: 40.
  EXPECT_EQ(station.area_ns(Time{70}), 80);
  EXPECT_EQ(station.stays_ns(), 40);
  EXPECT_EQ(station.stay_ns(b, Time{70}), 40);
  EXPECT_EQ(a, kNever);
  EXPECT_EQ(station.max(), 2);
  EXPECT_EQ(station.level(), 1);
}

TEST(Station, a_stay_counts_from_the_start_of_the_measured_time) {
  Station station;
  Time a = kNever;
  station.enter(a, Time{10});
  station.reset(Time{100});
  station.leave(a, Time{130});
  EXPECT_EQ(station.area_ns(Time{200}), 30);
  EXPECT_EQ(station.stays_ns(), 30);
  EXPECT_DOUBLE_EQ(station.mean(Time{200}), 0.3);
}

TEST(Station, a_record_that_leaves_with_the_time_of_another_breaks_the_law) {
  Station station;
  Time a = kNever;
  Time b = kNever;
  station.enter(a, Time{10});
  station.enter(b, Time{30});
  b = a;
  station.leave(b, Time{50});
  // 80 inside over time, but stays of 40 and, for a, of 60.
  EXPECT_EQ(station.area_ns(Time{70}), 80);
  EXPECT_EQ(station.stays_ns() + station.stay_ns(a, Time{70}), 100);
}

}  // namespace
}  // namespace ktlssim
