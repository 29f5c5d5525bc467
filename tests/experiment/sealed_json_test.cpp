// Files that carry a checksum: what was damaged is not believed.
#include "sim/experiment/text/sealed_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::HasSubstr;

class SealedJson : public ProfileFixture {
 protected:
  std::optional<Json> read_back(const std::string& text) { return read_sealed(write("sealed.json", text), why_); }

  const Json object_{{"status", "done"}, {"metrics", {1.5, nullptr, "60"}}};
  std::string why_;
};

TEST_F(SealedJson, is_read_back_as_it_was) { EXPECT_EQ(read_back(json_text(sealed(object_))), object_); }

TEST_F(SealedJson, carries_the_sha256_of_the_rest) {
  // printf '{"a":1}' | sha256sum
  EXPECT_EQ(sealed(Json{{"a", 1}}).at("sha256"), "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862");
}

TEST_F(SealedJson, is_refused_where_a_digit_was_flipped) {
  std::string text = json_text(sealed(object_));
  text[text.find("60")] = '7';
  EXPECT_EQ(read_back(text), std::nullopt);
  EXPECT_THAT(why_, HasSubstr("sealed.json: /sha256: "));
  EXPECT_THAT(why_, HasSubstr("it is damaged"));
}

TEST_F(SealedJson, is_refused_where_it_was_cut_or_never_sealed) {
  const std::string text = json_text(sealed(object_));
  EXPECT_EQ(read_back(text.substr(0, text.size() / 2)), std::nullopt);
  EXPECT_THAT(why_, HasSubstr("sealed.json"));
  EXPECT_EQ(read_back(json_text(object_)), std::nullopt);
  EXPECT_THAT(why_, HasSubstr("/sha256: missing"));
  EXPECT_EQ(read_back(std::string(4000, '\0')), std::nullopt);
}

}  // namespace
}  // namespace ktlssim
