#include "sim/experiment/result/folded_stacks.hpp"

#include <gtest/gtest.h>

namespace ktlssim {
namespace {

TEST(FoldedStacks, a_difference_has_the_time_of_both_and_what_only_one_has) {
  const CallProfile::Stacks a{{"ktls;w;encrypt", 5}, {"ktls;w;sleep", 7}};
  const CallProfile::Stacks b{{"interrupt;i;done", 3}, {"ktls;w;encrypt", 9}};
  EXPECT_EQ(folded_difference(a, b), "interrupt;i;done 0 3\nktls;w;encrypt 5 9\nktls;w;sleep 7 0\n");
  EXPECT_EQ(folded_stacks(a), "ktls;w;encrypt 5\nktls;w;sleep 7\n");
}

}  // namespace
}  // namespace ktlssim
