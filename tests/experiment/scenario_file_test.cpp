#include "sim/experiment/input/scenario_file.hpp"

#include <gmock/gmock.h>

#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ScenarioFile : public ProfileFixture {
 protected:
  static std::vector<std::string> ktls_problems(const Json& ktls) {
    return problems(scenario_json({{"ktls", ktls}}));
  }
};

// --- Defaults and values

TEST_F(ScenarioFile, needs_no_more_than_a_host_and_a_driver) {
  const Scenario s = load_scenario(write("short.json", R"({"host": "testhost", "driver": "soft"})"));
  EXPECT_EQ(s.name, "short");
  EXPECT_EQ(s.host.name, "testhost");
  EXPECT_EQ(s.driver.name, "soft");
  EXPECT_EQ(s.cpus(), 4);
  EXPECT_EQ(s.workers(), 4);
  EXPECT_EQ(s.seed, 1);
  EXPECT_EQ(s.workload.sessions, 64);
  EXPECT_EQ(s.ktls.dispatch, Dispatch::driver);
}

TEST_F(ScenarioFile, integers_may_be_written_like_other_numbers_without_a_fraction) {
  Problems none;
  const auto json = parse_json(R"({"host": "testhost", "driver": "soft", "workload": {"sessions": 1e3},
                                   "ktls": {"workers": 4.0}})",
                               "s.json", none);
  const Scenario s = read(*json);
  EXPECT_EQ(s.workload.sessions, 1000);
  EXPECT_EQ(s.ktls.workers, 4);
}

TEST_F(ScenarioFile, may_name_its_schema_for_editors) {
  EXPECT_THAT(problems(scenario_json({{"$schema", "scenario.schema.json"}})), IsEmpty());
}

// --- What is wrong with a single value

TEST_F(ScenarioFile, an_integer_with_a_fraction_is_refused) {
  EXPECT_THAT(ktls_problems({{"workers", 4.5}}),
              ElementsAre("s.json: /ktls/workers: 4.5: expected an integer from 0 to 1024, got a fraction"));
}

TEST_F(ScenarioFile, a_value_out_of_range_is_told_the_range) {
  EXPECT_THAT(ktls_problems({{"workers", 1025}}),
              ElementsAre("s.json: /ktls/workers: 1025: out of range: an integer from 0 to 1024 is allowed"));
  EXPECT_THAT(ktls_problems({{"workers", -1}}), ElementsAre(HasSubstr("out of range")));
  EXPECT_THAT(ktls_problems({{"workers", 1e308}}), ElementsAre(HasSubstr("out of range")));
  EXPECT_THAT(ktls_problems({{"workers", 18446744073709551615u}}), ElementsAre(HasSubstr("out of range")));
  EXPECT_THAT(
      problems(scenario_json({{"network", {{"rtt_us", -0.5}}}})),
      ElementsAre("s.json: /network/rtt_us: -0.5: out of range: a number from 0 to 1000000 is allowed"));
}

TEST_F(ScenarioFile, a_wrong_type_is_told_both_types) {
  EXPECT_THAT(ktls_problems({{"workers", "4"}}),
              ElementsAre("s.json: /ktls/workers: \"4\": expected an integer from 0 to 1024, got a string"));
  EXPECT_THAT(ktls_problems({{"sw_buffer_cache", 1}}),
              ElementsAre("s.json: /ktls/sw_buffer_cache: 1: expected true or false, got a number"));
  EXPECT_THAT(ktls_problems(7), ElementsAre("s.json: /ktls: 7: expected an object, got a number"));
  EXPECT_THAT(problems(scenario_json({{"name", nullptr}})),
              ElementsAre("s.json: /name: null: expected a string, got null"));
  EXPECT_THAT(problems(Json::array()), testing::Contains("s.json: []: expected an object, got an array"));
}

TEST_F(ScenarioFile, a_choice_lists_what_there_is_and_guesses_what_was_meant) {
  EXPECT_THAT(
      ktls_problems({{"dispatch", "bloking"}}),
      ElementsAre("s.json: /ktls/dispatch: \"bloking\": expected one of \"driver\", \"blocking\"; did you "
                  "mean \"blocking\"?"));
}

TEST_F(ScenarioFile, an_unknown_key_is_told_the_nearest) {
  EXPECT_THAT(ktls_problems({{"wrokers", 3}}),
              ElementsAre("s.json: /ktls/wrokers: 3: unknown key; did you mean \"workers\"?"));
  EXPECT_THAT(problems(scenario_json({{"a/b", 3}})),
              ElementsAre(HasSubstr("s.json: /a~1b: 3: unknown key; allowed")));
}

TEST_F(ScenarioFile, reports_everything_that_is_wrong_at_once) {
  const Json json = {{"host", "testhots"},
                     {"driver", 3},
                     {"ktls", {{"workers", 4.5}, {"dispatch", "x"}}},
                     {"tls", {{"version", 1.2}}},
                     {"measrue", Json::object()}};
  EXPECT_THAT(problems(json),
              testing::UnorderedElementsAre(
                  testing::AllOf(HasSubstr("/host: \"testhots\": no such host profile (there are: "), HasSubstr("; did you mean \"testhost\"?")),
                  HasSubstr("/driver: 3: expected a driver profile's name or an object"),
                  HasSubstr("/ktls/workers: 4.5"), HasSubstr("/ktls/dispatch: \"x\""),
                  HasSubstr("/tls/version: 1.2"), HasSubstr("/measrue: {}")));
}

TEST_F(ScenarioFile, without_a_host_or_driver_is_told_which_there_are) {
  EXPECT_THAT(problems(Json::object()),
              ElementsAre(testing::AllOf(HasSubstr("s.json: /host: missing: the name of a profile; there are: "),
                                         HasSubstr("testhost")),
                          testing::AllOf(HasSubstr("s.json: /driver: missing: the name of a profile; there are: "),
                                         HasSubstr("card"), HasSubstr("soft"))));
}

// --- Profiles

TEST_F(ScenarioFile, may_change_values_of_a_profile) {
  const Json host = {{"profile", "testhost"}, {"scheduler", {{"wakeup_ns", 900}}}};
  const Scenario s = read(scenario_json({{"host", host}}));
  EXPECT_EQ(s.host.name, "testhost");
  EXPECT_EQ(s.host.scheduler.wakeup_ns.value(), 900);
  EXPECT_EQ(s.host.scheduler.wakeup_ns.provenance()->confidence, Confidence::scenario);
  EXPECT_EQ(s.host.scheduler.wakeup_ns.provenance()->source, "s.json");
  EXPECT_EQ(s.kernel.scheduler.pri_kthread.value(), 84);
  EXPECT_NE(s.kernel.scheduler.pri_kthread.provenance()->confidence, Confidence::scenario);
  EXPECT_EQ(changed_values(s.host), 1u);
}

TEST_F(ScenarioFile, a_changed_value_does_not_inherit_the_source_of_the_old) {
  const Json host = {{"profile", "testhost"}, {"scheduler", {{"wakeup_ns", {{"value", 900}}}}}};
  EXPECT_THAT(problems(scenario_json({{"host", host}})),
              ElementsAre(HasSubstr("/host/scheduler/wakeup_ns/source: missing"),
                          HasSubstr("/host/scheduler/wakeup_ns/confidence: missing")));
}

TEST_F(ScenarioFile, may_contain_a_profile_of_its_own) {
  Json host = test_host();
  host.at("cpus") = 2;
  EXPECT_EQ(read(scenario_json({{"host", host}})).host.name, "inline");
  host.emplace("name", "mine");
  const Scenario s = read(scenario_json({{"host", host}}));
  EXPECT_EQ(s.host.name, "mine");
  EXPECT_EQ(s.cpus(), 2);
}

TEST_F(ScenarioFile, a_group_left_out_of_a_profile_is_one_mistake) {
  Json host = test_host();
  host.erase("cpus");
  host.erase("memory");
  EXPECT_THAT(problems(scenario_json({{"host", host}})),
              ElementsAre("s.json: /host/cpus: missing: a profile states every value",
                          "s.json: /host/memory: missing: a profile states every value"));
}

TEST_F(ScenarioFile, a_host_without_a_core_states_each_step) {
  Json host = test_host();
  host.at("scheduler").erase("wakeup_ns");
  host.at("tcp").erase("sbready_ns");
  EXPECT_THAT(problems(scenario_json({{"host", host}})),
              ElementsAre("s.json: /host/scheduler/wakeup_ns: missing: a profile without core and steps states every value",
                          "s.json: /host/tcp/sbready_ns: missing: a profile without core and steps states every value"));
}

TEST_F(ScenarioFile, counts_are_whole) {
  const Json host = {{"profile", "testhost"}, {"cpus", 1.5}};
  EXPECT_THAT(problems(scenario_json({{"host", host}})),
              ElementsAre("s.json: /host/cpus: 1.5: expected a whole number, got a fraction"));
}

TEST_F(ScenarioFile, a_profile_value_without_its_source_does_not_load) {
  const std::pair<Json, std::string> cases[] = {
      {3, "/cpus: 3: expected an object of value, source and confidence, got a number"},
      {{{"source", "x"}, {"confidence", "derived"}}, "/cpus/value: missing"},
      {{{"value", 3}, {"confidence", "derived"}}, "/cpus/source: missing"},
      {{{"value", 3}, {"source", " "}, {"confidence", "derived"}},
       "/cpus/source: \" \": expected a string that is not"},
      {{{"value", 3}, {"source", "x"}}, "/cpus/confidence: missing"},
      {{{"value", 3}, {"source", "x"}, {"confidence", "derivd"}}, "did you mean \"derived\"?"},
      {{{"value", 3}, {"source", "x"}, {"confidence", "scenario"}},
       "/cpus/confidence: \"scenario\": expected one of"},
      {{{"value", 3}, {"source", "x"}, {"confidence", "fitted"}}, "/cpus/fitted_to: missing"},
      {{{"value", 3}, {"source", "x"}, {"confidence", "derived"}, {"fitted_to", "y"}},
       "/cpus/fitted_to: \"y\": only"},
      {{{"value", 0}, {"source", "x"}, {"confidence", "derived"}}, "/cpus/value: 0: out of range"},
      {{{"value", 3}, {"source", "x"}, {"confidence", "derived"}, {"note", "y"}},
       "/cpus/note: \"y\": unknown key"},
      {{{"value", 3}, {"low", 2}, {"source", "x"}, {"confidence", "derived"}}, "/cpus/high: missing"},
      {{{"value", 3}, {"low", 4}, {"high", 5}, {"source", "x"}, {"confidence", "derived"}},
       "/cpus/low: 4: above the value, 3"},
      {{{"value", 3}, {"low", 1}, {"high", 2}, {"source", "x"}, {"confidence", "derived"}},
       "/cpus/high: 2: below the value, 3"},
      {{{"value", 3}, {"prior", "uniform"}, {"source", "x"}, {"confidence", "derived"}},
       "/cpus/prior: \"uniform\": only beside low and high"},
      {{{"value", 3}, {"low", 1}, {"high", 5}, {"prior", "normal"}, {"source", "x"}, {"confidence", "derived"}},
       "/cpus/prior: \"normal\": expected one of"},
  };
  for (const auto& [value, message] : cases) {
    Json host = test_host();
    host.at("cpus") = value;
    write_profile("hosts/testhost", host);
    const auto lines = problems(scenario_json());
    ASSERT_EQ(lines.size(), 1u) << value;
    EXPECT_THAT(lines.front(), HasSubstr(message));
    EXPECT_THAT(lines.front(), HasSubstr("profiles/hosts/testhost.json: "));
  }
}

TEST_F(ScenarioFile, a_driver_has_the_groups_of_its_kind) {
  EXPECT_THAT(problems(scenario_json({{"driver", {{"profile", "card"}, {"kind", "aesni"}}}})),
              ElementsAre("s.json: /driver/device: a driver of kind aesni has no such group",
                          "s.json: /driver/ccr: a driver of kind aesni has no such group"));
  EXPECT_THAT(problems(scenario_json({{"driver", {{"profile", "card"}, {"kind", "qat"}}}})),
              ElementsAre("s.json: /driver/ccr: a driver of kind qat has no such group",
                          "s.json: /driver/qat: missing: a driver of kind qat has this group"));
  Json card = test_card();
  card.at("ciphers").clear();
  EXPECT_THAT(problems(scenario_json({{"driver", card}})),
              ElementsAre("s.json: /driver/ciphers: missing: a driver takes at least one cipher"));
}

TEST_F(ScenarioFile, profiles_are_listed_by_name) {
  write("profiles/hosts/README", "not a profile");
  EXPECT_THAT(profile_names(ProfileKind::host), testing::IsSupersetOf({"ideal", "testhost"}));
  EXPECT_THAT(profile_names(ProfileKind::driver), testing::IsSupersetOf({"card", "ccr-t6", "soft"}));
  EXPECT_THAT(profile_names(ProfileKind::host), testing::Not(testing::Contains("README")));
  EXPECT_THROW(load_host_profile("../hosts/testhost"), InputError);
}

// --- --set

TEST_F(ScenarioFile, sets_overwrite_and_the_last_one_counts) {
  const Scenario s = read(scenario_json({{"ktls", {{"workers", 2}}}}),
                          {"/ktls/workers=3", "/workload/sessions=8", "/ktls/workers=4"});
  EXPECT_EQ(s.ktls.workers, 4);
  EXPECT_EQ(s.workload.sessions, 8);
}

TEST_F(ScenarioFile, text_needs_no_quotes_in_a_set) {
  const Scenario s =
      read(scenario_json(), {"/tls/version=1.3", "/name=7", "/driver=card", "/ktls/dispatch=\"blocking\""});
  EXPECT_EQ(s.tls.version, TlsVersion::tls13);
  EXPECT_EQ(s.name, "7");
  EXPECT_EQ(s.driver.name, "card");
  EXPECT_EQ(s.ktls.dispatch, Dispatch::blocking);
}

TEST_F(ScenarioFile, a_set_reaches_into_a_profile_that_is_only_named) {
  const Scenario s = read(scenario_json(), {"/host/scheduler/context_switch_ns=900"});
  EXPECT_EQ(s.host.name, "testhost");
  EXPECT_EQ(s.host.scheduler.context_switch_ns.value(), 900);
  EXPECT_EQ(s.host.scheduler.context_switch_ns.provenance()->source, "--set");
}

TEST_F(ScenarioFile, a_set_of_no_parameter_is_told_the_nearest) {
  EXPECT_THAT(
      problems(scenario_json(), {"/ktls/worker=3", "/sessions=2", "ktls/workers=1", "/workers", "=3"}),
      ElementsAre("--set: /ktls/worker: \"3\": no such parameter; did you mean /ktls/workers?",
                  "--set: /sessions: \"2\": no such parameter; did you mean /workload/sessions?",
                  "--set: ktls/workers: \"1\": no such parameter; did you mean /ktls/workers?",
                  "--set: \"/workers\": expected /json/pointer=VALUE", HasSubstr("--set: \"3\": no such")));
}

TEST_F(ScenarioFile, a_wrong_value_of_a_set_is_not_blamed_on_the_file) {
  EXPECT_THAT(
      problems(scenario_json(), {"/ktls/workers=four"}),
      ElementsAre("--set: /ktls/workers: \"four\": expected an integer from 0 to 1024, got a string"));
  EXPECT_THAT(problems(scenario_json(), {"/ktls={\"workers\":4.5}"}),
              ElementsAre(HasSubstr("--set: /ktls/workers: 4.5")));
  EXPECT_THAT(problems(scenario_json(), {"/host=nowhere"}),
              ElementsAre(HasSubstr("--set: /host: \"nowhere\"")));
}

// --- The effective scenario

TEST_F(ScenarioFile, the_effective_scenario_reads_back_as_itself) {
  Json more = {{"description", "a question"}, {"driver", "card"}, {"network", {{"rtt_us", 0.1}}}};
  const Json first = effective_json(read(scenario_json(more), {"/host/tcp/sbready_ns=12.5"}));
  EXPECT_EQ(effective_json(read(first)).dump(), first.dump());
  EXPECT_EQ(first.at("driver").at("name"), "card");
  EXPECT_EQ(first.at("workload").at("sessions"), 64);
  EXPECT_EQ(first.at("host").at("tcp").at("sbready_ns").dump(),
            R"({"value":12.5,"source":"--set","confidence":"scenario"})");
}

}  // namespace
}  // namespace ktlssim
