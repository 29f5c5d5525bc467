#include "sim/experiment/profiles/profile_files.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Json kWakeup900 = {{"wakeup_ns", {{"value", 900}, {"source", "mine"}, {"confidence", "measured"}}}};

class ProfileFiles : public ProfileFixture {
 protected:
  // What is wrong with a scenario whose file is `directory_`/s.json.
  std::string problem(const std::string& scenario) const {
    try {
      load_scenario(write("s.json", scenario));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(ProfileFiles, directories_of_the_environment_come_before_the_shipped_one) {
  const std::string both = "/nowhere:" + directory_.string();
  setenv("KTLSSIM_DATA", both.c_str(), 1);
  EXPECT_THAT(profile_directories(ProfileKind::host),
              ElementsAre("/nowhere/profiles/hosts", directory_ / "profiles/hosts", shipped_profiles(ProfileKind::host)));
  EXPECT_EQ(find_profile(ProfileKind::host, "testhost"), directory_ / "profiles/hosts/testhost.json");
  EXPECT_EQ(find_profile(ProfileKind::host, "ideal"), shipped_profiles(ProfileKind::host) / "ideal.json");
  write_profile("hosts/ideal", test_host());
  EXPECT_EQ(find_profile(ProfileKind::host, "ideal"), directory_ / "profiles/hosts/ideal.json");
  EXPECT_EQ(load_host_profile("ideal").cpus.value(), 4);
}

TEST_F(ProfileFiles, a_path_is_relative_to_the_scenario_that_says_it) {
  write("below/mine.json", test_host().dump());
  const Scenario s = load_scenario(write("below/s.json", R"({"host": "./mine.json", "driver": "soft"})"));
  EXPECT_EQ(s.host.name, "mine");
  EXPECT_EQ(load_scenario(write("s.json", R"({"host": "below/mine.json", "driver": "soft"})")).cpus(), 4);
  const Scenario changed =
      load_scenario(write("s.json", R"({"host": {"profile": "below/mine.json", "cpus": 2}, "driver": "soft"})"));
  EXPECT_EQ(changed.host.name, "mine");
  EXPECT_EQ(changed.cpus(), 2);
  EXPECT_THAT(problem(R"({"host": "./nothing.json", "driver": "soft"})"),
              AllOf(HasSubstr("/host: \"./nothing.json\": no such file: "), HasSubstr("nothing.json, a path to a host")));
}

TEST_F(ProfileFiles, what_a_profile_does_not_change_keeps_its_source) {
  write_profile("hosts/mine", {{"profile", "testhost"}, {"scheduler", kWakeup900}});
  const HostProfile mine = load_host_profile("mine");
  const HostProfile base = load_host_profile("testhost");
  EXPECT_EQ(mine.name, "mine");
  EXPECT_EQ(mine.scheduler.wakeup_ns.value(), 900);
  EXPECT_EQ(mine.scheduler.wakeup_ns.provenance()->source, "mine");
  EXPECT_EQ(mine.cpus.value(), 4);
  EXPECT_EQ(*mine.cpus.provenance(), *base.cpus.provenance());
}

TEST_F(ProfileFiles, every_kind_may_change_another_and_that_one_another) {
  write("a.json", R"({"profile": "./b.json", "description": "a"})");
  write("b.json", R"({"profile": "ccr-t6", "ccr": {"ports": {"value": 2, "source": "x", "confidence": "measured"}}})");
  write("k.json", R"({"profile": "freebsd-14", "description": "mine"})");
  const Scenario s = load_scenario(write("s.json", R"({"host": "testhost", "driver": "a.json", "kernel": "./k.json"})"));
  EXPECT_EQ(s.driver.name, "a");
  EXPECT_EQ(s.driver.description, "a");
  EXPECT_EQ(s.driver.ccr.ports.value(), 2);
  EXPECT_EQ(s.kernel.description, "mine");
}

TEST_F(ProfileFiles, one_may_change_the_one_of_its_name_in_a_directory_after_it) {
  write_profile("hosts/ideal", {{"profile", "ideal"}, {"description", "ideal, and mine"}});
  EXPECT_EQ(load_host_profile("ideal").description, "ideal, and mine");
}

TEST_F(ProfileFiles, a_circle_is_refused) {
  write("a.json", R"({"profile": "./b.json"})");
  write("b.json", R"({"profile": "./a.json"})");
  EXPECT_THAT(problem(R"({"host": "./a.json", "driver": "soft"})"),
              HasSubstr("b.json: /profile: \"./a.json\": a profile cannot be based on itself"));
}

TEST_F(ProfileFiles, what_is_wrong_with_changes_is_told_at_their_place) {
  write("a.json", R"({"profile": "testhost", "scheduler": {"wakeup_ns": 900}, "scheduuler": {}})");
  EXPECT_THAT(problem(R"({"host": "./a.json", "driver": "soft"})"),
              AllOf(HasSubstr("a.json: /scheduler/wakeup_ns: 900: expected an object of value, source"),
                    HasSubstr("a.json: /scheduuler: {}: unknown key")));
  write("a.json", R"({"profile": 3})");
  EXPECT_THAT(problem(R"({"host": "./a.json", "driver": "soft"})"), HasSubstr("a.json: /profile: 3: expected a string"));
}

TEST_F(ProfileFiles, a_change_of_the_base_is_seen) {
  write_profile("hosts/mine", {{"profile", "testhost"}});
  EXPECT_EQ(load_host_profile("mine").cpus.value(), 4);
  Json base = test_host();
  base.at("cpus").at("value") = 6;
  write_profile("hosts/testhost", base);
  const auto path = directory_ / "profiles/hosts/testhost.json";
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + std::chrono::seconds(2));
  EXPECT_EQ(load_host_profile("mine").cpus.value(), 6);
}

// --- Lists of a scenario

TEST_F(ProfileFiles, drivers_may_be_one_list) {
  const Scenario s = read({{"host", "testhost"}, {"drivers", Json::array({"card", {{"profile", "soft"}, {"count", 2}}})}});
  EXPECT_EQ(s.driver.name, "card");
  ASSERT_EQ(s.other_drivers.size(), 2u);
  EXPECT_EQ(s.other_drivers[1].name, "soft");
  EXPECT_THAT(problems({{"host", "testhost"}, {"driver", "card"}, {"drivers", Json::array({"card"})}}),
              testing::Contains("s.json: /drivers: says what \"driver\" says: one of them is allowed"));
  EXPECT_THAT(problems({{"host", "testhost"}, {"drivers", Json::array({"card", "nosuch"})}}),
              ElementsAre(HasSubstr("s.json: /drivers/1: \"nosuch\": no such driver profile")));
  EXPECT_THAT(problems({{"host", "testhost"}, {"drivers", "card"}}), testing::Contains(HasSubstr("expected an array")));
}

TEST_F(ProfileFiles, sets_reach_into_lists) {
  const std::vector<std::string> sets{"/other_drivers/0=soft", "/drivers/1/ciphers/aes-128-gcm/byte_ns=7",
                                      "/sessions/0={\"sessions\": 3}", "/session_groups/0/version=1.3", "/drivers/0=card"};
  const Scenario s = read(scenario_json(), sets);
  EXPECT_EQ(s.driver.name, "card");
  ASSERT_EQ(s.other_drivers.size(), 1u);
  EXPECT_EQ(s.other_drivers[0].cost(Algorithm::aes_128_gcm).byte_ns.value(), 7);
  ASSERT_EQ(s.session_groups.size(), 1u);
  EXPECT_EQ(s.session_groups[0].sessions, 3);
  EXPECT_EQ(s.session_groups[0].tls.version, TlsVersion::tls13);
  EXPECT_THAT(problems(scenario_json({{"drivers", Json::array()}}), {}), testing::Not(IsEmpty()));
}

TEST_F(ProfileFiles, sets_into_lists_that_are_wrong_are_told_so) {
  EXPECT_THAT(problems(scenario_json(), {"/session_groups/0/sesions=3"}),
              ElementsAre(HasSubstr("/session_groups/0/sesions: \"3\": no such parameter; did you mean /session_groups/N/")));
  EXPECT_THAT(problems(scenario_json(), {"/other_drivers/2=card"}),
              testing::Contains(HasSubstr("/other_drivers/0: null: expected a driver profile")));
  EXPECT_THAT(problems(scenario_json(), {"/session_groups/0/sessions=0"}),
              ElementsAre(HasSubstr("--set: /session_groups/0/sessions: 0: out of range")));
}

TEST_F(ProfileFiles, keys_that_begin_with_slashes_are_comments) {
  EXPECT_THAT(problems(scenario_json({{"//", "a"}, {"workload", {{"// sessions", "how many"}, {"sessions", 3}}}})), IsEmpty());
  EXPECT_THAT(problems(scenario_json({{"//", 3}})), ElementsAre(HasSubstr("unknown key")));
}

}  // namespace
}  // namespace ktlssim
