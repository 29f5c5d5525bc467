// Where a property begins on a line, found by looking at few points.
#include "sim/experiment/size/line_search.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace ktlssim {
namespace {

// Looks until the search is over, and returns how many points it took.
std::size_t finish(LineSearch& search, const std::function<Look(std::size_t)>& look) {
  std::size_t looks = 0;
  for (auto wanted = search.wanted(); !wanted.empty(); wanted = search.wanted())
    for (const std::size_t point : wanted) {
      search.tell(point, look(point));
      ++looks;
    }
  return looks;
}

Look certain(bool holds) { return {holds, holds, holds}; }

TEST(LineSearch, finds_every_beginning_by_halving) {
  constexpr std::size_t kPoints = 1000;
  for (const std::size_t begin : {0UL, 1UL, 249UL, 250UL, 499UL, 700UL, 998UL, 999UL}) {
    LineSearch search(kPoints);
    const std::size_t looks = finish(search, [&](std::size_t i) { return certain(i >= begin); });
    EXPECT_EQ(search.first(), begin);
    EXPECT_EQ(search.first_possible(), begin);
    EXPECT_EQ(search.first_proven(), begin);
    EXPECT_TRUE(search.monotone());
    EXPECT_LE(looks, 5U + 8U);  // five probes leave at most 250 points: eight halvings
  }
}

TEST(LineSearch, says_that_no_point_has_it) {
  LineSearch search(1000);
  EXPECT_EQ(finish(search, [](std::size_t) { return certain(false); }), 5U);
  EXPECT_EQ(search.first(), std::nullopt);
  EXPECT_EQ(search.first_proven(), std::nullopt);
}

TEST(LineSearch, works_on_lines_of_one_two_and_three_points) {
  for (const std::size_t points : {1UL, 2UL, 3UL})
    for (std::size_t begin = 0; begin < points; ++begin) {
      LineSearch search(points);
      finish(search, [&](std::size_t i) { return certain(i >= begin); });
      EXPECT_EQ(search.first(), begin);
    }
}

TEST(LineSearch, finds_the_interval_of_the_beginning) {
  LineSearch search(100);
  finish(search, [](std::size_t i) { return Look{i >= 30, i >= 42, i >= 61}; });
  EXPECT_EQ(search.first_possible(), 30U);
  EXPECT_EQ(search.first(), 42U);
  EXPECT_EQ(search.first_proven(), 61U);
}

TEST(LineSearch, looks_at_every_point_before_the_first_where_it_is_not_monotone) {
  // It holds from 40 on, and also at 20 to 29, of which the probes 0, 24, 49, 74 and 99 see one.
  LineSearch search(100);
  finish(search, [](std::size_t i) { return certain((i >= 20 && i < 30) || i >= 60); });
  EXPECT_FALSE(search.monotone());
  EXPECT_EQ(search.first(), 20U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_TRUE(search.looks().contains(i)) << i;
}

TEST(LineSearch, does_not_take_noise_for_a_line_that_is_not_monotone) {
  LineSearch search(9);
  finish(search, [](std::size_t i) { return Look{true, i == 2 || i >= 4, i >= 6}; });
  EXPECT_TRUE(search.monotone());
}

}  // namespace
}  // namespace ktlssim
