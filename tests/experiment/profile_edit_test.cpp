#include "sim/experiment/parameters/profile_edit.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <stdexcept>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {
namespace {

const std::string kText = R"({
  "ciphers": {
    "aes": {
      "byte_ns": {"value": 1.5, "source": "x", "confidence": "fitted"}
    },
    "old": {
      "byte_ns": {"value": 2, "source": "y", "confidence": "estimated"}
    },
    "sha": {
      "byte_ns": {"value": 2, "source": "5.37 times the value of HOST, 3 times", "confidence": "fitted"}
    }
  }
}
)";

TEST(ProfileEdit, changes_the_one_value_and_what_it_was_fitted_to_and_nothing_else) {
  const std::string expected =
      std::regex_replace(kText, std::regex(R"(\{"value": 1.5.*\})"),
                         R"({"value": 0.1235, "source": "x", "confidence": "fitted", "fitted_to": "50 Gbps"})");
  EXPECT_EQ(with_quantity(kText, "/ciphers/aes/byte_ns", {0.12345678, 0, "50 Gbps"}), expected);
}

TEST(ProfileEdit, keeps_the_factor_in_the_source) {
  const std::string changed = with_quantity(kText, "/ciphers/sha/byte_ns", {4000, 5, "y"});
  EXPECT_NE(changed.find(R"({"value": 4000, "source": "5 times the value of HOST, 3 times")"), std::string::npos);
  EXPECT_NE(changed.find("1.5"), std::string::npos);
}

TEST(ProfileEdit, an_estimate_that_was_fitted_is_one_no_more) {
  const Json changed = Json::parse(with_quantity(kText, "/ciphers/old/byte_ns", {7, 0, "new"}));
  const Json expected = {{"value", 7}, {"source", "y"}, {"confidence", "fitted"}, {"fitted_to", "new"}};
  EXPECT_EQ(changed.at("ciphers").at("old").at("byte_ns"), expected);
}

TEST(ProfileEdit, what_a_profile_does_not_state_yet_is_added) {
  const std::string text = with_quantity(R"({"profile": "ccr-t6"})", "/device/process_ns", {1, 0, "z"});
  const Json expected = {{"profile", "ccr-t6"},
                         {"device",
                          {{"process_ns",
                            {{"value", 1}, {"source", "the fit alone"}, {"confidence", "fitted"}, {"fitted_to", "z"}}}}}};
  EXPECT_EQ(Json::parse(text), expected);
}

TEST(ProfileEdit, refuses_what_is_no_profile) {
  EXPECT_THROW(with_quantity("[1]", "/ciphers/des/byte_ns", {1, 0, ""}), std::runtime_error);
}

}  // namespace
}  // namespace ktlssim
