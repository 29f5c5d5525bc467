#include "sim/engine/alarms.hpp"

#include <gtest/gtest.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <map>

namespace ktlssim {
namespace {

TEST(Alarms, go_off_in_the_order_of_time_and_of_the_same_time_the_lowest_cpu_first) {
  Alarms alarms;
  alarms.resize(5);
  EXPECT_EQ(alarms.next_time(), kNever);
  alarms.set(3, Time{20});
  alarms.set(4, Time{10});
  alarms.set(1, Time{20});
  EXPECT_EQ(alarms.next_time(), Time{10});
  EXPECT_EQ(alarms.pop(), 4);
  EXPECT_EQ(alarms.pop(), 1);
  EXPECT_EQ(alarms.pop(), 3);
  EXPECT_EQ(alarms.next_time(), kNever);
}

TEST(Alarms, that_are_cleared_do_not_go_off) {
  Alarms alarms;
  alarms.resize(2);
  alarms.set(0, Time{1});
  alarms.set(1, Time{2});
  alarms.clear(0);
  alarms.clear(0);  // as nothing is set any more
  EXPECT_EQ(alarms.next_time(), Time{2});
  EXPECT_EQ(alarms.pop(), 1);
}

// The reference is a map in the order of (time, CPU).
TEST(Alarms, of_a_thousand_cpus_leave_like_those_of_a_sorted_list) {
  constexpr int kCpus = 1000;
  boost::random::mt19937_64 random(7);
  boost::random::uniform_int_distribution<int> any_cpu(0, kCpus - 1);
  boost::random::uniform_int_distribution<std::int64_t> delay(0, 50);
  Alarms alarms;
  alarms.resize(kCpus);
  std::map<int, Time> set;
  Time now{0};
  for (int i = 0; i < 20000; ++i) {
    const int cpu = any_cpu(random);
    if (set.contains(cpu)) {
      alarms.clear(cpu);
      set.erase(cpu);
    } else {
      const Time time = now + Time{delay(random)};
      alarms.set(cpu, time);
      set.emplace(cpu, time);
    }
    if (i % 3 != 0 || set.empty()) continue;
    auto first = set.begin();
    for (auto it = set.begin(); it != set.end(); ++it)
      if (it->second < first->second) first = it;
    now = first->second;
    ASSERT_EQ(alarms.next_time(), now);
    ASSERT_EQ(alarms.pop(), first->first);
    set.erase(first);
  }
}

}  // namespace
}  // namespace ktlssim
