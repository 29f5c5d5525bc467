#include "sim/experiment/derive/step_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/experiment/derive/derived_profile.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::HasSubstr;

class Steps : public ProfileFixture {
 protected:
  Json changed(ProfileKind kind, const std::string& from, const std::string& table) const {
    return with_measured_steps(kind, from, write("steps.csv", table), directory_);
  }
  std::string refusal(ProfileKind kind, const std::string& from, const std::string& table) const {
    try {
      changed(kind, from, table);
    } catch (const InputError& error) {
      return error.what();
    }
    return "taken";
  }
};

TEST_F(Steps, of_a_host_change_their_values_and_say_where_they_are_from) {
  const Json mine =
      changed(ProfileKind::host, "testhost",
              "# mine\nstep,mean,unit\nktls_frame_ns,62,ns\n\nscheduler.wakeup_ns, 0.4, us\ncopyin_ns_per_byte,0.03,ns/byte\n");
  const Json frame = {{"value", 62}, {"source", "steps.csv, line 3"}, {"confidence", "measured"}};
  EXPECT_EQ(mine.at("ktls").at("ktls_frame_ns"), frame);
  EXPECT_EQ(mine.at("profile"), "testhost");
  write("mine.json", mine.dump());
  const Scenario s = load_scenario(write("s.json", R"({"host": "./mine.json", "driver": "soft"})"));
  EXPECT_EQ(s.host.name, "mine");
  EXPECT_EQ(s.host.scheduler.wakeup_ns.value(), 400);
  EXPECT_EQ(s.host.application.copyin_ns_per_byte.value(), 0.03);
  EXPECT_EQ(s.host.cpus.provenance()->confidence, Confidence::estimated);  // as testhost has it
}

TEST_F(Steps, of_a_driver_are_taken_like_those_of_a_host) {
  const Json mine = changed(ProfileKind::driver, "card",
                            "step,mean,unit\nprocess_ns,300,ns\nciphers.aes-128-gcm.byte_ns,0.2,ns/byte\n");
  EXPECT_EQ(mine.at("device").at("process_ns").at("value"), 300);
  EXPECT_EQ(mine.at("ciphers").at("aes-128-gcm").at("byte_ns").at("value"), 0.2);
}

TEST_F(Steps, that_are_wrong_are_all_reported) {
  const std::string text = refusal(ProfileKind::host, "testhost",
                                   "step,mean,unit\nktls_fram_ns,62,ns\nscheduler.wakup_ns,62,ns\nwakeup_ns,fast,ns\n"
                                   "wakeup_ns,1,s\nwakeup_ns\ncopyin_ns_per_byte,1,ns\n");
  EXPECT_THAT(text, HasSubstr("ktls_fram_ns\": no such step of this host profile; did you mean \"ktls_frame_ns\""));
  EXPECT_THAT(text, HasSubstr("did you mean \"scheduler.wakeup_ns\""));
  EXPECT_THAT(text, HasSubstr("line 4: \"fast\": expected a number"));
  EXPECT_THAT(text, HasSubstr("line 5: \"s\": expected ns or us"));
  EXPECT_THAT(text, HasSubstr("line 6: \"wakeup_ns\": expected step,mean,unit"));
  EXPECT_THAT(text, HasSubstr("line 7: \"ns\": expected ns/byte"));
}

TEST_F(Steps, without_one_are_refused) {
  for (const char* const empty : {"", "step,mean,unit\n", "# nothing\n\n"})
    EXPECT_THAT(refusal(ProfileKind::host, "testhost", empty), HasSubstr("steps.csv: no step is in it"));
}

TEST_F(Steps, that_several_are_called_by_need_their_group) {
  EXPECT_THAT(refusal(ProfileKind::driver, "soft", "request_ns,1,ns\n"),
              HasSubstr("several are called so: ciphers.aes-128-gcm.request_ns, "));
  EXPECT_THAT(refusal(ProfileKind::driver, "soft", "process_ns,1,ns\n"), HasSubstr("no such step of this driver"));
  EXPECT_THAT(refusal(ProfileKind::host, "testhost", "wakeup_ns,1,ns\nwakeup_ns,2,ns\n"),
              HasSubstr("line 2: \"wakeup_ns\": stands in line 1 already"));
}

}  // namespace
}  // namespace ktlssim
