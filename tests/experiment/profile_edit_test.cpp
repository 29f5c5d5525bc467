#include "sim/experiment/parameters/profile_edit.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ktlssim {
namespace {

const std::string kText = R"({
  "ciphers": {
    "aes": {
      "byte_ns": {"value": 1.5, "source": "x", "confidence": "fitted"}
    },
    "sha": {
      "byte_ns": {"value": 2, "source": "5.37 times the value of HOST, 3 times", "confidence": "fitted"}
    }
  }
}
)";

TEST(ProfileEdit, changes_the_one_value_and_nothing_else) {
  std::string expected = kText;
  expected.replace(expected.find("1.5"), 3, "0.1235");
  EXPECT_EQ(with_quantity(kText, "/ciphers/aes/byte_ns", 0.12345678, 0), expected);
}

TEST(ProfileEdit, keeps_the_factor_in_the_source) {
  const std::string changed = with_quantity(kText, "/ciphers/sha/byte_ns", 4000, 5);
  EXPECT_NE(changed.find(R"({"value": 4000, "source": "5 times the value of HOST, 3 times")"),
            std::string::npos);
  EXPECT_NE(changed.find("1.5"), std::string::npos);
}

TEST(ProfileEdit, refuses_what_it_does_not_find_in_its_place) {
  EXPECT_THROW(with_quantity(kText, "/ciphers/des/byte_ns", 1, 0), std::runtime_error);
  EXPECT_THROW(with_quantity(kText, "/ciphers/byte_ns", 1, 0), std::exception);
}

}  // namespace
}  // namespace ktlssim
