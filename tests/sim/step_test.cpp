// What a step is made of, the alarms that end steps, callouts and delay lines.
#include "sim/kernel/step.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "sim/engine/alarms.hpp"
#include "sim/engine/callout.hpp"
#include "sim/engine/delay_line.hpp"

namespace ktlssim {
namespace {

TEST(Alarms, the_earliest_goes_off_first_and_of_the_same_time_that_of_the_lowest_cpu) {
  Alarms alarms;
  alarms.resize(4);
  EXPECT_EQ(alarms.next_time(), kNever);
  alarms.set(3, Time{20});
  alarms.set(1, Time{30});
  alarms.set(2, Time{20});
  alarms.set(0, Time{40});
  EXPECT_EQ(alarms.next_time(), Time{20});
  EXPECT_EQ(alarms.pop(), 2);
  EXPECT_EQ(alarms.pop(), 3);
  EXPECT_EQ(alarms.next_time(), Time{30});
}

TEST(Alarms, one_that_is_cleared_leaves_the_others_and_may_be_set_again) {
  Alarms alarms;
  alarms.resize(3);
  alarms.set(0, Time{10});
  alarms.set(1, Time{20});
  alarms.set(2, Time{30});
  alarms.clear(1);
  alarms.clear(1);
  EXPECT_EQ(alarms.pop(), 0);
  EXPECT_EQ(alarms.next_time(), Time{30});
  alarms.set(1, Time{25});
  EXPECT_EQ(alarms.pop(), 1);
  EXPECT_EQ(alarms.pop(), 2);
  EXPECT_EQ(alarms.next_time(), kNever);
}

TEST(Callout, has_one_event_which_moves_on_to_the_date_that_holds) {
  Callout callout;
  EXPECT_TRUE(callout.reset(Time{100}));
  callout.stop();
  EXPECT_FALSE(callout.reset(Time{150}));         // the event of 100 is still there
  EXPECT_EQ(callout.fire(Time{100}), Time{150});  // goes into the calendar again
  EXPECT_EQ(callout.fire(Time{150}), Time{150});  // goes off
  EXPECT_TRUE(callout.reset(Time{300}));
  callout.stop();
  EXPECT_EQ(callout.fire(Time{300}), kNever);
  EXPECT_TRUE(callout.reset(Time{400}));
}

struct Sink {
  void comes(std::uint64_t tag) { came.push_back(tag); }
  std::vector<std::uint64_t> came;
};

TEST(DelayLine, only_its_first_is_in_the_calendar_and_each_keeps_its_place_among_other_events) {
  Calendar calendar;
  Sink sink;
  DelayLine<&Sink::comes, Sink> line(calendar, sink);
  line.enter(Time{10}, 1);
  line.enter(Time{20}, 2);
  calendar.call_at<&Sink::comes>(Time{20}, Rank::hardware, &sink, 3);
  line.enter(Time{20}, 4);
  EXPECT_EQ(calendar.live(), 2U);
  while (!calendar.empty()) calendar.pop().fire();
  EXPECT_EQ(sink.came, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

struct Echo {
  explicit Echo(Calendar& calendar) : line(calendar, *this) {}
  void comes(std::uint64_t tag) {
    came.push_back(tag);
    if (tag < 3) line.enter(Time{30}, tag + 2);
  }
  std::vector<std::uint64_t> came;
  DelayLine<&Echo::comes, Echo> line;
};

TEST(DelayLine, who_leaves_may_enter_again) {
  Calendar calendar;
  Echo echo(calendar);
  echo.line.enter(Time{10}, 1);
  echo.line.enter(Time{20}, 2);
  while (!calendar.empty()) calendar.pop().fire();
  EXPECT_EQ(echo.came, (std::vector<std::uint64_t>{1, 2, 3, 4}));
}

// At 300 000 parts per million 1 ns of work takes 4 ns: 1 / 0.3 = 3.3, up to the next full nanosecond.
TEST(Step, each_part_ends_at_a_full_nanosecond_at_any_speed) {
  Step step;
  step.add(Function::malloc, 1 * kWorkPerNs, Time{1});
  step.add(Function::soref, 6 * kWorkPerNs, Time{6});
  EXPECT_EQ(step.needed(), Time{7});
  step.plan_for(300'000);
  EXPECT_EQ(step.needed(), Time{4 + 20});
}

TEST(Step, a_switch_stands_before_what_is_left_of_it) {
  Step step;
  step.add(Function::malloc, 10 * kWorkPerNs, Time{10});
  step.add(Function::soref, 20 * kWorkPerNs, Time{20});
  step.pop_front();
  step.shorten_front(5 * kWorkPerNs, Time{5});
  step.add_before(Function::cpu_switch, 100 * kWorkPerNs, Time{100});
  EXPECT_EQ(step.needed(), Time{115});
  EXPECT_EQ(step.front().function, Function::cpu_switch);
  step.pop_front();
  EXPECT_EQ(step.front().function, Function::soref);
  EXPECT_EQ(step.front().work, 15 * kWorkPerNs);
  step.pop_front();
  EXPECT_TRUE(step.empty());
  EXPECT_EQ(step.needed(), kNoTime);
}

}  // namespace
}  // namespace ktlssim
