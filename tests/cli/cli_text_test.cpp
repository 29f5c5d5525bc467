#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <string>

#include "models/counted.hpp"
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

TEST(Text, one_has_no_plural) {
  EXPECT_EQ(counted(1, "machine"), "1 machine");
  EXPECT_EQ(counted(0, "machine"), "0 machines");
  EXPECT_EQ(counted(2, "point"), "2 points");
}

// "Grüße" in UTF-8, then a Chinese letter.
const std::string kGreeting = "Gr\xc3\xbc\xc3\x9f" "e";
const std::string kWide = "\xe4\xb8\xad";

class TextInALocale : public testing::Test {
 protected:
  ~TextInALocale() override { unsetenv("LC_ALL"); }
};

TEST_F(TextInALocale, is_made_plain_where_only_ascii_can_be_shown) {
  setenv("LC_ALL", "C", 1);
  EXPECT_EQ(plain("a\n" + kGreeting + "\x1b[1m"), "a Gr??e?[1m");
  EXPECT_EQ(label(kGreeting), R"(Gr\xc3\xbc\xc3\x9fe)");
}

TEST_F(TextInALocale, keeps_the_letters_of_utf8_and_nothing_that_steers_a_terminal) {
  setenv("LC_ALL", "de_DE.UTF-8", 1);
  EXPECT_EQ(plain(kGreeting + kWide), kGreeting + kWide);
  EXPECT_EQ(plain("\x1b[1m\xc2\x9b\xe2\x80\xae"), "?[1m??");       // escape, CSI, right-to-left
  EXPECT_EQ(plain("\xff\xc3(\xed\xa0\x80\xc0\xaf"), "??" "(?????");  // no UTF-8: stray, cut, surrogate, overlong
  EXPECT_EQ(label("a\xff"), R"(a\xff)");
}

TEST_F(TextInALocale, is_as_wide_as_it_looks) {
  EXPECT_EQ(wrap(kGreeting + " " + kGreeting, 5), kGreeting + "\n" + kGreeting + "\n");
  EXPECT_EQ(wrap(kWide + kWide + kWide, 4), kWide + kWide + "\n" + kWide + "\n");
  EXPECT_EQ(shortened(kGreeting, 5), kGreeting);
  EXPECT_EQ(shortened(kGreeting + "n", 5), kGreeting.substr(0, 4) + "..");
}

TEST(Text, is_cut_to_fit) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdefg", 6), "abcd..");
}

TEST(Columns, are_those_that_the_environment_says_within_reason) {
  const auto said = [](const char* text) {
    setenv("COLUMNS", text, 1);
    const std::size_t width = columns();
    unsetenv("COLUMNS");
    return width;
  };
  EXPECT_EQ(said("120"), 120u);
  EXPECT_EQ(said("3"), 40u);
  EXPECT_EQ(said("1000000"), 400u);
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
