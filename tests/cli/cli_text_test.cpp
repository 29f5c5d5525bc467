#include <gtest/gtest.h>

#include <limits>

#include "sim/cli/text.hpp"

namespace ktlssim {
namespace {

TEST(Text, is_wrapped_at_spaces) {
  EXPECT_EQ(wrap("one two three", 8), "one two\nthree\n");
  EXPECT_EQ(wrap("one two three", 9, 2), "  one two\n  three\n");
  EXPECT_EQ(wrap("one two", 7), "one two\n");
}

TEST(Text, too_long_words_are_cut) { EXPECT_EQ(wrap("abcdefgh ij", 4), "abcd\nefgh\nij\n"); }

TEST(Text, keeps_its_own_line_breaks) { EXPECT_EQ(wrap("a\n\nb", 10), "a\n\nb\n"); }

TEST(Text, is_made_plain) {
  EXPECT_EQ(plain("a\nb\xc3\xbc"
                  "c\x1b[1m"),
            "a b?c?[1m");
}

TEST(Text, is_cut_to_fit) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abcd..");
}

TEST(NumberText, has_four_digits_and_no_exponent_in_the_usual_range) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(96.1234), "96.12");
  EXPECT_EQ(number_text(999.96), "1000");
  EXPECT_EQ(number_text(123456.7), "123457");
  EXPECT_EQ(number_text(0.00012345), "0.0001234");
  EXPECT_EQ(number_text(1e-7), "1.000e-07");
  EXPECT_EQ(number_text(std::numeric_limits<double>::quiet_NaN()), "-");
}

}  // namespace
}  // namespace ktlssim
