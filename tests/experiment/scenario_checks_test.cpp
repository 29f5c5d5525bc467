#include "sim/experiment/input/scenario_checks.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// On the fixture's host of 4 CPUs.
class ScenarioChecks : public ProfileFixture {
 protected:
  static std::vector<std::string> with(const std::vector<std::string>& sets) {
    return problems(scenario_json(), sets);
  }
};

TEST_F(ScenarioChecks, bound_workers_need_a_cpu_each) {
  EXPECT_THAT(with({"/ktls/workers=4", "/ktls/bind_threads=1"}), IsEmpty());
  EXPECT_THAT(with({"/ktls/workers=5"}), IsEmpty());
  EXPECT_THAT(with({"/ktls/workers=5", "/ktls/bind_threads=1"}),
              ElementsAre(HasSubstr("/ktls/workers: 5: bind_threads")));
}

TEST_F(ScenarioChecks, clients_that_think_ask_over_a_nic_and_at_no_rate) {
  EXPECT_THAT(with({"/workload/think_us=50"}), IsEmpty());
  EXPECT_THAT(with({"/workload/think_us=50", "/workload/rate_gbps=1"}),
              ElementsAre(HasSubstr("/workload/think_us: 50: clients ask when they have thought")));
  EXPECT_THAT(with({"/workload/think_us=50", "/network/kind=loopback"}),
              ElementsAre(HasSubstr("/workload/think_us: 50: takes /network/kind nic")));
}

TEST_F(ScenarioChecks, sessions_in_software_stand_beside_nic_tls_and_have_a_driver) {
  const std::string group = "/session_groups=[{\"sessions\": 1, \"software\": true}]";
  EXPECT_THAT(with({group, "/driver=soft", "/ktls/mode=ifnet"}), IsEmpty());
  EXPECT_THAT(with({group, "/driver=card", "/ktls/mode=ifnet"}), IsEmpty());
  EXPECT_THAT(with({group, "/driver=soft"}), ElementsAre(HasSubstr("/session_groups/0/software: true: says which sessions NIC TLS")));
}

TEST_F(ScenarioChecks, a_port_of_lagg_has_a_receive_queue) {
  const std::string domains =
      "/host/numa_domains={\"value\": 2, \"source\": \"test\", \"confidence\": \"published\"}";
  EXPECT_THAT(with({"/driver=soft", domains, "/network/lagg=by_flow", "/network/rx_queues=1"}),
              ElementsAre(HasSubstr("/network/rx_queues: 1: each port of lagg takes at least one")));
}

TEST_F(ScenarioChecks, numa_domains_divide_the_cpus_and_are_numbered_from_0) {
  const auto domains = [](int n) {
    return fmt::format(
        "/host/numa_domains={{\"value\": {}, \"source\": \"test\", \"confidence\": \"estimated\"}}", n);
  };
  EXPECT_THAT(with({domains(2), "/network/numa_domain=1", "/ktls/bind_threads=2"}), IsEmpty());
  EXPECT_THAT(
      with({domains(2), "/network/numa_domain=2"}),
      ElementsAre("--set: /network/numa_domain: 2: the host has 2 domains, numbered from 0; -1 is unknown"));
  EXPECT_THAT(with({domains(3)}),
              ElementsAre(HasSubstr("/numa_domains: 3: does not divide the host's 4 CPUs")));
}

TEST_F(ScenarioChecks, session_groups_are_part_of_the_sessions_and_their_ciphers_have_a_driver) {
  const auto groups = [](const char* text, const char* driver = "soft") {
    return problems(scenario_json(
        {{"driver", driver}, {"workload", {{"sessions", 4}}}, {"session_groups", Json::parse(text)}}));
  };
  EXPECT_THAT(groups(R"([{"sessions": 3, "cipher": "chacha20-poly1305"}, {"sessions": 1}])"), IsEmpty());
  EXPECT_THAT(groups(R"([{"sessions": 3}, {"sessions": 2}])"),
              ElementsAre("s.json: /session_groups: 5: more sessions than /workload/sessions (4)"));
  EXPECT_THAT(groups(R"([{"sessions": 1, "cipher": "aes-256-gcm"}])", "card"),
              ElementsAre(HasSubstr("/session_groups/0/cipher: \"aes-256-gcm\": no driver of the scenario")));
  EXPECT_THAT(groups(R"([{"session": 1}])"), ElementsAre(HasSubstr("did you mean \"sessions\"?")));
  EXPECT_THAT(groups("3"), ElementsAre(HasSubstr("/session_groups: 3: expected an array")));
}

TEST_F(ScenarioChecks, a_rate_without_limit_is_0_and_no_other_is_next_to_nothing) {
  EXPECT_THAT(with({"/host/memory/bandwidth_gbytes_per_s=0.001"}), IsEmpty());
  EXPECT_THAT(
      with({"/host/memory/bandwidth_gbytes_per_s=1e-9"}),
      ElementsAre("--set: /host/memory/bandwidth_gbytes_per_s: 1e-09: 0, which is no limit, or at least "
                  "0.001 is allowed"));
}

TEST_F(ScenarioChecks, blocking_io_takes_a_thread_per_session) {
  EXPECT_THAT(with({"/workload/io=blocking", "/workload/sessions=8"}), IsEmpty());
  EXPECT_THAT(with({"/workload/io=blocking", "/workload/sessions=8", "/workload/app_threads=8"}), IsEmpty());
  EXPECT_THAT(
      with({"/workload/io=blocking", "/workload/sessions=8", "/workload/app_threads=4"}),
      ElementsAre(
          "--set: /workload/app_threads: 4: blocking I/O takes a thread per session: 0 or 8 is allowed"));
}

TEST_F(ScenarioChecks, no_more_threads_than_sessions) {
  EXPECT_THAT(with({"/workload/sessions=8", "/workload/app_threads=9"}),
              ElementsAre("--set: /workload/app_threads: 9: more than /workload/sessions (8)"));
  EXPECT_THAT(with({"/workload/sessions=8", "/network/receiver_threads=9"}),
              ElementsAre("--set: /network/receiver_threads: 9: more than /workload/sessions (8)"));
}

TEST_F(ScenarioChecks, no_more_queues_than_cpus) {
  EXPECT_THAT(with({"/network/rx_queues=5", "/network/netisr_threads=5"}),
              ElementsAre("--set: /network/rx_queues: 5: more than the host's CPUs (4)",
                          "--set: /network/netisr_threads: 5: more than the host's CPUs (4)"));
}

TEST_F(ScenarioChecks, the_driver_takes_the_cipher) {
  EXPECT_THAT(
      with({"/driver=card", "/tls/version=1.3", "/tls/cipher=aes-256-gcm"}),
      ElementsAre("--set: /tls/cipher: \"aes-256-gcm\": no driver of the scenario (\"card\") takes it; they "
                  "take \"aes-128-gcm\", \"chacha20-poly1305\". A software driver beside them goes into "
                  "/other_drivers, \"cryptosoft\" takes every cipher"));
}

TEST_F(ScenarioChecks, the_version_has_the_cipher) {
  EXPECT_THAT(with({"/tls/version=1.1", "/tls/cipher=aes-128-gcm"}),
              ElementsAre("--set: /tls/cipher: \"aes-128-gcm\": not a cipher of TLS 1.1, which has "
                          "\"aes-128-cbc-sha1\", \"aes-256-cbc-sha1\""));
  EXPECT_THAT(with({"/tls/cipher=aes-192-gcm"}), ElementsAre(HasSubstr("expected one of \"aes-128-gcm\"")));
}

TEST_F(ScenarioChecks, receive_sessions_are_those_that_the_kernel_takes) {
  const auto receives = [](std::vector<std::string> sets) {
    sets.insert(sets.end(), {"/network/kind=loopback", "/network/receiver=ktls_rx"});
    return with(sets);
  };
  EXPECT_THAT(receives({"/tls/version=1.3"}), ElementsAre(HasSubstr("ktls_enable_rx says ENOTSUP")));
  EXPECT_THAT(receives({"/tls/version=1.3", "/kernel=freebsd-14"}), IsEmpty());
  EXPECT_THAT(receives({"/tls/cipher=aes-128-cbc-sha1"}), ElementsAre(HasSubstr("EPROTONOSUPPORT")));
  EXPECT_THAT(receives({"/tls/cipher=aes-128-cbc-sha1", "/kernel=freebsd-14"}),
              ElementsAre(HasSubstr("EPROTONOSUPPORT")));
  EXPECT_THAT(receives({"/tls/cipher=aes-128-cbc-sha1", "/kernel=freebsd-main-2026"}), IsEmpty());
}

TEST_F(ScenarioChecks, tls_in_user_mode_needs_an_application_and_its_pool_a_kqueue) {
  EXPECT_THAT(with({"/ktls/mode=userland"}), IsEmpty());
  EXPECT_THAT(with({"/ktls/mode=userland", "/ktls/userland_threads=2"}), IsEmpty());
  EXPECT_THAT(with({"/ktls/userland_threads=2"}), ElementsAre(HasSubstr("takes /ktls/mode userland")));
  EXPECT_THAT(with({"/ktls/mode=userland", "/ktls/userland_threads=2", "/workload/io=blocking"}),
              ElementsAre(HasSubstr("/workload/io kevent is allowed")));
  EXPECT_THAT(with({"/ktls/mode=userland", "/workload/kind=closed"}),
              ElementsAre(HasSubstr("takes a workload sendfile or send")));
  EXPECT_THAT(with({"/ktls/mode=userland", "/workload/disk_probability=0.1"}), ElementsAre(HasSubstr("a disk")));
  EXPECT_THAT(with({"/ktls/mode=userland", "/network/kind=loopback", "/network/receiver=ktls_rx"}),
              ElementsAre(HasSubstr("has no KTLS workers")));
}

TEST_F(ScenarioChecks, what_ifs_of_a_card_need_one_and_spilling_a_software_driver_beside_it) {
  EXPECT_THAT(with({"/what_if/poll_threads=1"}), ElementsAre(HasSubstr("no driver of the scenario has a device")));
  EXPECT_THAT(with({"/what_if/spill_records=8"}), IsEmpty());  // the driver is software itself
  EXPECT_THAT(with({"/driver=card", "/what_if/spill_records=8"}),
              ElementsAre(HasSubstr("/what_if/spill_records: 8: no software driver of the scenario takes aes-128-gcm")));
  EXPECT_THAT(with({"/driver=card", "/what_if/spill_wait_us=2.5"}),
              ElementsAre(HasSubstr("/what_if/spill_wait_us: 2.5: no software driver")));
  EXPECT_THAT(problems(scenario_json({{"driver", "card"}, {"other_drivers", Json::array({"soft"})}}),
                       {"/what_if/spill_records=8"}),
              IsEmpty());
}

TEST_F(ScenarioChecks, a_send_buffer_holds_a_record) {
  EXPECT_THAT(with({"/workload/send_buffer_bytes=16480"}), IsEmpty());  // 16384 + 96
  EXPECT_THAT(with({"/workload/send_buffer_bytes=16479"}), ElementsAre(HasSubstr("smaller than one record")));
  EXPECT_THAT(with({"/workload/send_buffer_bytes=4096", "/ktls/maxlen_bytes=4000"}), IsEmpty() /* 4096 */);
  EXPECT_THAT(with({"/workload/send_buffer_bytes=4096", "/workload/kind=closed"}), IsEmpty());
}

}  // namespace
}  // namespace ktlssim
