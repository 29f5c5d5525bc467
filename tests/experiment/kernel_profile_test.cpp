#include "models/kernel_profile.hpp"

#include <gmock/gmock.h>

#include "sim/experiment/input/kernel_notes.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "tests/support/profile_fixture.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class KernelProfileFile : public ProfileFixture {
 protected:
  static Json kernel_json(const std::string& name) {
    Json json = profile_json(load_kernel_profile(name));
    json.erase("name");
    return json;
  }
};

TEST_F(KernelProfileFile, the_shipped_kernels_are_there_for_data_directories_without_any) {
  EXPECT_THAT(profile_names(ProfileKind::kernel),
              ElementsAre("freebsd-13.0", "freebsd-14", "freebsd-14-2021-08", "freebsd-main-2026"));
}

TEST_F(KernelProfileFile, a_scenario_that_names_none_runs_main_of_august_2021) {
  const Scenario s = read(scenario_json());
  EXPECT_EQ(s.kernel.name, "freebsd-14-2021-08");
  EXPECT_EQ(s.ktls.dispatch, Dispatch::driver);
  EXPECT_EQ(s.kernel.scheduler.pri_kthread.value(), 84);
}

TEST_F(KernelProfileFile, in_every_kernel_a_worker_does_not_preempt_at_once_and_an_interrupt_thread_does) {
  for (const std::string& name : profile_names(ProfileKind::kernel)) {
    const KernelScheduler s = load_kernel_profile(name).scheduler;
    EXPECT_GT(s.pri_kthread.value(), s.preempt_thresh.value()) << name;
    EXPECT_LT(s.pri_ithread_net.value(), s.pri_swi_net.value()) << name;
    EXPECT_LE(s.pri_swi_net.value(), s.preempt_thresh.value()) << name;
    EXPECT_EQ(s.pri_max_interact.value() + 1, s.pri_min_batch.value()) << name;
    // sched_ule.c: half of the time-sharing priorities beyond 40 for nice are for interactive threads.
    const double timeshare = s.pri_max_batch.value() - s.pri_min_interact.value() + 1;
    EXPECT_EQ(s.pri_min_batch.value() - s.pri_min_interact.value(), (timeshare - 40) / 2) << name;
  }
}

TEST_F(KernelProfileFile, dispatch_is_the_kernels_unless_the_scenario_says_it) {
  EXPECT_EQ(read(scenario_json({{"kernel", "freebsd-13.0"}})).ktls.dispatch, Dispatch::blocking);
  EXPECT_EQ(read(scenario_json({{"kernel", "freebsd-14"}})).ktls.dispatch, Dispatch::driver);
  const Json both = {{"kernel", "freebsd-13.0"}, {"ktls", {{"dispatch", "driver"}}}};
  EXPECT_EQ(read(scenario_json(both)).ktls.dispatch, Dispatch::driver);
  EXPECT_EQ(read(scenario_json(), {"/kernel=freebsd-13.0"}).ktls.dispatch, Dispatch::blocking);
  EXPECT_EQ(read(scenario_json(), {"/kernel/ktls/dispatch=blocking"}).ktls.dispatch, Dispatch::blocking);
}

TEST_F(KernelProfileFile, may_be_named_with_changes) {
  const Scenario s = read(scenario_json(), {"/kernel=freebsd-14", "/kernel/ktls/rx_tls13=false",
                                            "/kernel/network/congestion_control=newreno",
                                            "/kernel/scheduler/steal_thresh=3"});
  EXPECT_EQ(s.kernel.name, "freebsd-14");
  EXPECT_FALSE(s.kernel.ktls.rx_tls13.value());
  EXPECT_EQ(s.kernel.ktls.rx_tls13.provenance()->source, "--set");
  EXPECT_EQ(s.kernel.network.congestion_control.value(), CongestionControl::newreno);
  EXPECT_EQ(s.kernel.scheduler.steal_thresh.value(), 3);
  EXPECT_EQ(changed_values(s.kernel), 3u);
}

TEST_F(KernelProfileFile, may_stand_in_the_scenario) {
  Json kernel = kernel_json("freebsd-14");
  kernel.emplace("name", "mine");
  kernel.at("ktls").at("dispatch") = "blocking";
  const Scenario s = read(scenario_json({{"kernel", kernel}}));
  EXPECT_EQ(s.kernel.name, "mine");
  EXPECT_EQ(s.ktls.dispatch, Dispatch::blocking);
  kernel.at("ktls").erase("sorele_lock");
  EXPECT_THAT(problems(scenario_json({{"kernel", kernel}})),
              ElementsAre("s.json: /kernel/ktls/sorele_lock: missing: a profile states every value"));
}

TEST_F(KernelProfileFile, what_is_wrong_with_a_fact_is_told) {
  EXPECT_THAT(problems(scenario_json(), {"/kernel/ktls/counters=encrypt"}),
              ElementsAre("--set: /kernel/ktls/counters: \"encrypt\": expected one of \"crypts\", "
                          "\"encrypts\"; did you mean \"encrypts\"?"));
  EXPECT_THAT(problems(scenario_json(), {"/kernel/ktls/rx_cbc=1"}),
              ElementsAre("--set: /kernel/ktls/rx_cbc: 1: expected true or false, got a number"));
  EXPECT_THAT(problems(scenario_json(), {"/kernel=freebsd-15"}),
              ElementsAre(HasSubstr("/kernel: \"freebsd-15\": no such kernel profile (there are: freebsd-13.0")));
}

TEST_F(KernelProfileFile, a_fact_of_a_profile_states_its_source) {
  Json kernel = kernel_json("freebsd-14");
  kernel.at("ktls").at("rx_cbc") = true;
  write_profile("kernels/mine", kernel);
  EXPECT_THAT(problems(scenario_json({{"kernel", "mine"}})),
              ElementsAre(HasSubstr("mine.json: /ktls/rx_cbc: true: expected an object of value, source and "
                                    "confidence, got true or false")));
  kernel.at("ktls").at("rx_cbc") = {{"value", 3}, {"source", "x"}, {"confidence", "derived"}};
  write_profile("kernels/mine", kernel);
  EXPECT_THAT(problems(scenario_json({{"kernel", "mine"}})),
              ElementsAre(HasSubstr("/ktls/rx_cbc/value: 3: expected true or false, got a number")));
}

TEST_F(KernelProfileFile, a_hosts_profile_may_still_say_what_the_kernel_says) {
  const Scenario s = read(scenario_json({{"kernel", "freebsd-14"}}), {"/host/scheduler/pri_kthread=84"});
  EXPECT_EQ(s.kernel.scheduler.pri_kthread.value(), 84);
  EXPECT_EQ(s.kernel.scheduler.pri_swi_net.value(), 8);
  EXPECT_THAT(problems(scenario_json(), {"/host/scheduler/preempt_thresh=80.5"}),
              ElementsAre(HasSubstr("/host/scheduler/preempt_thresh: 80.5: expected a whole number")));
}

TEST_F(KernelProfileFile, the_effective_scenario_holds_it_and_reads_back_as_itself) {
  const Json first = effective_json(read(scenario_json({{"kernel", "freebsd-13.0"}}),
                                         {"/host/scheduler/slice_ns=5000", "/kernel/ktls/rx_cbc=true"}));
  EXPECT_EQ(first.at("kernel").at("name"), "freebsd-13.0");
  EXPECT_EQ(first.at("kernel").at("scheduler").at("slice_ns").at("value"), 5000);
  EXPECT_EQ(first.at("kernel").at("ktls").at("rx_cbc").at("confidence"), "scenario");
  EXPECT_EQ(effective_json(read(first)).dump(), first.dump());
}

TEST_F(KernelProfileFile, its_values_are_parameters) {
  const std::vector<Parameter> parameters = scenario_parameters();
  const Parameter* dispatch = find_parameter(parameters, "/kernel/ktls/dispatch");
  ASSERT_NE(dispatch, nullptr);
  EXPECT_EQ(dispatch->allowed, "driver, blocking");
  EXPECT_TRUE(dispatch->in_profile());
  EXPECT_NE(find_parameter(parameters, "/kernel/scheduler/affinity_load"), nullptr);
}

// --- What a kernel decides where the scenario does not

TEST_F(KernelProfileFile, decides_what_the_scenario_leaves_out) {
  const KtlsParameters old = read(scenario_json({{"kernel", "freebsd-13.0"}})).ktls;
  EXPECT_TRUE(old.legacy_callback);
  EXPECT_FALSE(old.sequential_records);
  EXPECT_FALSE(old.sw_buffer_cache);
  const KtlsParameters later = read(scenario_json({{"kernel", "freebsd-14"}})).ktls;
  EXPECT_FALSE(later.legacy_callback);
  EXPECT_TRUE(later.sequential_records);
  EXPECT_TRUE(later.sw_buffer_cache);
  EXPECT_EQ(later.max_alloc, 1024);
  const Json said = {{"legacy_callback", true}, {"sequential_records", false}, {"max_alloc", 7}};
  const KtlsParameters stated = read(scenario_json({{"kernel", "freebsd-14"}, {"ktls", said}})).ktls;
  EXPECT_TRUE(stated.legacy_callback);
  EXPECT_FALSE(stated.sequential_records);
  EXPECT_EQ(stated.max_alloc, 7);
}

TEST_F(KernelProfileFile, a_nic_that_encrypts_comes_first_where_the_kernel_permits_it) {
  const auto mode = [](const std::vector<std::string>& sets) { return read(scenario_json(), sets).ktls.mode; };
  EXPECT_EQ(mode({"/network/card=mlx5"}), KtlsMode::software);
  EXPECT_EQ(mode({"/kernel=freebsd-14", "/network/card=mlx5"}), KtlsMode::software);
  EXPECT_EQ(mode({"/kernel=freebsd-14", "/network/card=mlx5", "/kernel/ktls/ifnet_permitted=true"}), KtlsMode::ifnet);
  const std::string recent = "/kernel=freebsd-main-2026";
  EXPECT_EQ(mode({recent}), KtlsMode::software);
  EXPECT_EQ(mode({recent, "/network/card=mlx5"}), KtlsMode::ifnet);
  EXPECT_EQ(mode({recent, "/network/card=t6"}), KtlsMode::software);  // it was not asked
  EXPECT_EQ(mode({recent, "/network/card=t6-txtls"}), KtlsMode::ifnet);
  EXPECT_EQ(mode({recent, "/network/card=mlx5", "/ktls/mode=software"}), KtlsMode::software);
  EXPECT_EQ(mode({recent, "/network/card=mlx5", "/tls/cipher=chacha20-poly1305"}), KtlsMode::software);
  const std::string group = "/session_groups=[{\"sessions\": 1, \"version\": \"1.2\", \"cipher\": \"chacha20-poly1305\"}]";
  EXPECT_EQ(mode({recent, "/network/card=mlx5", group, "/driver=soft"}), KtlsMode::ifnet);  // for the others
  EXPECT_EQ(mode({recent, "/network/card=mlx5", "/network/kind=loopback"}), KtlsMode::software);
  EXPECT_EQ(mode({recent, "/network/card=mlx5", "/workload/disk_probability=0.1"}), KtlsMode::software);
}

// --- Notes

class KernelNotes : public testing::Test {
 protected:
  static std::vector<std::string> notes(const Json& more, const std::vector<std::string>& sets = {}) {
    Json json = {{"host", "xeon-e5-1620v3"}, {"driver", "aesni-haswell"}};
    if (more.is_object()) json.update(more);
    return kernel_notes(read_scenario(json, "s.json", sets));
  }
};

TEST_F(KernelNotes, a_driver_that_the_kernel_does_not_have_is_told_with_one_that_it_has) {
  EXPECT_THAT(notes({{"driver", "qat-4xxx"}}), ElementsAre(HasSubstr("--set /kernel=freebsd-14")));
  EXPECT_THAT(notes({{"driver", "qat-4xxx"}, {"kernel", "freebsd-14"}}), IsEmpty());
  EXPECT_THAT(notes({{"driver", "qat-c62x"}}), IsEmpty());
  EXPECT_THAT(notes({{"driver", "qat-c62x"}, {"kernel", "freebsd-14"}}),
              ElementsAre(HasSubstr("of kind qat_ocf such as qat-4xxx")));
  EXPECT_THAT(notes({{"driver", "qat-c2xxx"}, {"kernel", "freebsd-14"}}), IsEmpty());  // qat_c2xxx(4)
  const Json ossl = {{"profile", "aesni-haswell"}, {"name", "ossl-gcm"}, {"kind", "ossl"}};
  EXPECT_THAT(notes({{"other_drivers", Json::array({ossl})}}),
              ElementsAre(HasSubstr("does not take AES-GCM, as ossl-gcm does")));
  EXPECT_THAT(notes({{"other_drivers", Json::array({ossl})}, {"kernel", "freebsd-14"}}), IsEmpty());
}

TEST_F(KernelNotes, a_dispatch_that_hides_the_kernels_is_told) {
  EXPECT_THAT(notes({}, {"/ktls/dispatch=blocking"}), IsEmpty());  // the change alone, on its own kernel
  EXPECT_THAT(notes({}, {"/kernel=freebsd-13.0"}), IsEmpty());
  EXPECT_THAT(notes({{"ktls", {{"dispatch", "driver"}}}}, {"/kernel=freebsd-13.0"}),
              ElementsAre(HasSubstr("/ktls/dispatch is \"driver\"")));
}

TEST_F(KernelNotes, a_send_buffer_that_the_kernel_refuses_is_told) {
  // 2 MiB, of which an mbuf of 256 bytes with a cluster of 2048 leaves 1 864 135 bytes to data.
  EXPECT_THAT(notes({}, {"/workload/send_buffer_bytes=1864135"}), IsEmpty());
  EXPECT_THAT(notes({}, {"/workload/send_buffer_bytes=1864136"}), ElementsAre(HasSubstr("ENOBUFS")));
  EXPECT_THAT(notes({}, {"/workload/send_buffer_bytes=1864136", "/kernel/network/maxsockbuf_bytes=4194304"}), IsEmpty());
  EXPECT_THAT(notes({}, {"/workload/send_buffer_auto=true"}), ElementsAre(HasSubstr("send buffers grow to 1864135 bytes")));
}

TEST_F(KernelNotes, a_nic_that_could_encrypt_and_may_not_is_told) {
  EXPECT_THAT(notes({}, {"/network/card=mlx5"}), ElementsAre(HasSubstr("ifnet.permitted is 0")));
  EXPECT_THAT(notes({}, {"/network/card=t6"}), IsEmpty());
  EXPECT_THAT(notes({}, {"/network/card=mlx5", "/kernel=freebsd-main-2026"}), IsEmpty());
}

}  // namespace
}  // namespace ktlssim
