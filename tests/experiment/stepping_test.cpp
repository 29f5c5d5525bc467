// Costs that pass together, as one step, leave the trajectory as it is when each is a step of its own.
#include <cmath>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/text/build_info.hpp"
#include "tests/support/machine.hpp"

namespace ktlssim {
namespace {

namespace fs = std::filesystem;

fs::path scenarios() { return fs::path(build_info().source_dir) / "scenarios"; }

void expect_same(const fs::path& file, std::vector<std::string> sets) {
  sets.insert(sets.end(), {"/measure/warmup=fixed", "/measure/warmup_ms=2", "/measure/duration_ms=5"});
  SCOPED_TRACE(fmt::format("{} {}", file.filename().string(), fmt::join(sets, " ")));
  const Scenario scenario = load_scenario(file, sets);
  const RunResult merged = simulate(scenario, EngineKind::fiber, 0);
  const RunResult single = simulate(scenario, EngineKind::fiber, 0, nullptr, Stepping::single);
  EXPECT_EQ(merged.fingerprint, single.fingerprint);
  EXPECT_EQ(merged.status, single.status);
  ASSERT_EQ(merged.metrics.size(), single.metrics.size());
  for (std::size_t i = 0; i < merged.metrics.size(); ++i) {
    const Metric& a = merged.metrics[i];
    const Metric& b = single.metrics[i];
    // Levels of memory are taken where a step begins; of what is counted, a step may fall to either side of
    // an edge of the measured time.
    const bool memory =
        a.name.find("_bytes_") != std::string::npos || a.name.find("_per_cpu_") != std::string::npos;
    const bool counted = a.name == "throughput_gbps" || a.name == "failed_records" || a.name.ends_with("_per_gbps") ||
                         a.name == "memory_gbytes_per_s";
    if (memory || (std::isnan(a.value) && std::isnan(b.value))) continue;
    EXPECT_NEAR(a.value, b.value, counted ? 0.005 * b.value + 4 : 1e-9 * b.value) << a.name;
  }
}

TEST(Stepping, shipped_scenarios_walk_the_same_trajectory_with_merged_and_with_single_steps) {
  for (const auto& entry : fs::directory_iterator(scenarios()))
    if (entry.path().extension() == ".json")
      for (const char* const dispatch : {"driver", "blocking"})
        expect_same(entry.path(), {fmt::format("/ktls/dispatch={}", dispatch)});
}

TEST(Stepping, random_scenarios_walk_the_same_trajectory_with_merged_and_with_single_steps) {
  boost::random::mt19937 random(31665);
  const auto number = [&random](int from, int to) {
    return boost::random::uniform_int_distribution<>(from, to)(random);
  };
  const auto one_of = [&](std::initializer_list<std::string_view> texts) {
    return std::string(texts.begin()[number(0, static_cast<int>(texts.size()) - 1)]);
  };
  constexpr std::array<std::string_view, 4> kKernels{"freebsd-13.0", "freebsd-14-2021-08", "freebsd-14",
                                                     "freebsd-main-2026"};
  for (std::size_t i = 0; i < 150; ++i) {
    const auto set = [](std::string_view pointer, const auto& value) {
      return fmt::format("{}={}", pointer, value);
    };
    expect_same(scenarios() / "ccr-tls12-gcm128.json",
                {set("/kernel", kKernels[i % kKernels.size()]), set("/host", one_of({"xeon-e5-1620v3", "loopback-lab", "epyc-7502p"})),
                 set("/driver", one_of({"ccr-t6", "qat-c62x", "qat-4xxx", "aesni-lab", "cryptosoft"})),
                 set("/host/cpus", one_of({"1", "2", "3", "8"})),
                 set("/host/cpus_per_llc", one_of({"0", "2"})),
                 set("/kernel", one_of({"freebsd-13.0", "freebsd-14-2021-08", "freebsd-14"})),
                 set("/host/scheduler/slice_ns", one_of({"5000", "50000", "1000000"})),
                 set("/ktls/dispatch", one_of({"driver", "blocking"})),
                 set("/ktls/bind_threads", number(0, 1)),
                 set("/ktls/sw_buffer_cache", one_of({"true", "false"})),
                 set("/ktls/contiguous_buffers", one_of({"0", "0", "500"})),
                 set("/tls/version", one_of({"1.2", "1.3"})),
                 set("/workload/kind", one_of({"send", "sendfile"})),
                 set("/workload/sessions", number(1, 40)),
                 set("/workload/io", one_of({"kevent", "blocking"})),
                 set("/workload/app_threads", 0),
                 set("/workload/write_bytes", number(1000, 300000)),
                 set("/workload/send_buffer_bytes", number(40000, 500000)),
                 set("/workload/disk_probability", one_of({"0", "0", "0.1"})),
                 set("/workload/flow_ids", one_of({"auto", "random", "sequential", "zero"})),
                 set("/network/kind", one_of({"nic", "loopback"})),
                 set("/network/ack_bytes", one_of({"0", "0", "1", "16384", "65535"})),
                 set("/network/mtu_bytes", one_of({"0", "0", "9000"})),
                 set("/network/tcp_nodelay", one_of({"true", "false"})),
                 set("/network/tso", one_of({"true", "true", "false"})),
                 set("/network/lro", one_of({"true", "true", "false"})),
                 set("/network/loss_probability", one_of({"0", "0", "0.001"})),
                 set("/kernel/network/congestion_control", one_of({"newreno", "cubic"})),
                 set("/network/netisr_qlimit", one_of({"256", "256", "8"})),
                 set("/network/receiver", one_of({"userland", "userland", "ktls_rx"})),
                 set("/kernel/ktls/rx_tls13", "true"),
                 set("/workload/send_buffer_auto", one_of({"false", "true"})),
                 set("/faults/vm_wait_probability", one_of({"0", "0", "0.01"})),
                 set("/faults/probability", one_of({"0", "0", "0.01"})),
                 set("/what_if/cap_per_worker", one_of({"0", "0", "5"})),
                 set("/what_if/direct_dispatch", one_of({"false", "false", "true"})),
                 set("/what_if/ready_group_records", one_of({"1", "1", "4"})),
                 set("/seed", number(0, 1000))});
  }
}

// TLS in user mode, poll(2), and what-ifs of a card, which exclude some of the settings above.
TEST(Stepping, applications_that_encrypt_and_cards_that_spill_or_are_polled_do_so_too) {
  boost::random::mt19937 random(31666);
  const auto number = [&random](int from, int to) {
    return boost::random::uniform_int_distribution<>(from, to)(random);
  };
  const auto one_of = [&](std::initializer_list<std::string_view> texts) {
    return std::string(texts.begin()[number(0, static_cast<int>(texts.size()) - 1)]);
  };
  const auto set = [](std::string_view pointer, const auto& value) { return fmt::format("{}={}", pointer, value); };
  for (int i = 0; i < 60; ++i) {
    const bool pool = i % 3 == 0;
    std::vector<std::string> sets{
        set("/kernel", one_of({"freebsd-13.0", "freebsd-14-2021-08", "freebsd-14", "freebsd-main-2026"})),
        set("/host", one_of({"xeon-e5-1620v3", "loopback-lab", "epyc-7502p"})),
        set("/host/cpus", one_of({"1", "2", "8"})),
        set("/workload/kind", one_of({"send", "sendfile"})),
        set("/workload/sessions", number(1, 30)),
        set("/workload/app_threads", 0),
        set("/workload/io", pool ? "kevent" : one_of({"kevent", "blocking", "poll"})),
        set("/workload/write_bytes", number(1000, 300000)),
        set("/workload/send_buffer_bytes", number(40000, 500000)),
        set("/workload/send_buffer_auto", one_of({"false", "true"})),
        set("/network/kind", one_of({"nic", "loopback"})),
        set("/network/tcp_nodelay", one_of({"true", "false"})),
        set("/network/loss_probability", one_of({"0", "0.001"})),
        set("/seed", number(0, 1000))};
    if (i % 2 == 0) {
      sets.insert(sets.end(), {"/ktls/mode=userland", set("/ktls/userland_threads", pool ? number(1, 8) : 0)});
    } else {
      sets.insert(sets.end(), {set("/driver", one_of({"ccr-t6", "qat-c62x", "qat-4xxx"})),
                               set("/ktls/dispatch", one_of({"driver", "blocking"})),
                               set("/what_if/spill_records", one_of({"0", "1", "20"})),
                               set("/what_if/spill_wait_us", one_of({"0", "30"})),
                               set("/what_if/spill_back", one_of({"1", "0.5"})),
                               set("/what_if/poll_threads", one_of({"0", "1", "2"})),
                               set("/what_if/poll_interval_us", one_of({"0", "10"})),
                               set("/faults/probability", one_of({"0", "0.01"}))});
    }
    expect_same(scenarios() / "what-if-spill.json", sets);  // which has a software driver beside the card
  }
}

}  // namespace
}  // namespace ktlssim
