#include "sim/engine/ring.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace ktlssim {
namespace {

TEST(Ring, is_a_queue_however_often_it_grows_and_goes_round) {
  Ring<int> ring;
  std::deque<int> queue;
  int next = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 3 + 5 * round; ++i) {
      ring.push_back(next);
      queue.push_back(next++);
    }
    for (int i = 0; i < 2 + 4 * round; ++i) {
      ASSERT_EQ(ring.front(), queue.front());
      ring.pop_front();
      queue.pop_front();
    }
    ASSERT_EQ(ring.size(), queue.size());
    for (std::size_t i = 0; i < queue.size(); ++i) ASSERT_EQ(ring[i], queue[i]);
    ASSERT_EQ(ring.back(), queue.back());
  }
  while (!ring.empty()) ring.pop_front();
  EXPECT_EQ(ring.size(), 0U);
}

}  // namespace
}  // namespace ktlssim
