// A parameter that is declared as read by others has no influence on the bytes of a result; one that is read has.
#include "sim/experiment/input/unread_values.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/text/run_result_json.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Settings between which every condition of models/readers.hpp is met and not met.
const std::map<std::string, std::string>& settings() {
  static const std::map<std::string, std::string> all{
      {"closed on ccr", R"({"host": "xeon-e5-1620v3", "driver": "ccr-t6",
          "workload": {"kind": "closed", "sessions": 4, "records_in_flight": 4}})"},
      {"poisson on qat", R"({"host": "loopback-lab", "driver": "qat-c62x", "tls": {"cipher": "aes-128-gcm"},
          "workload": {"kind": "poisson", "sessions": 4, "records_per_second": 50000}})"},
      {"closed on aesni, blocking", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "ktls": {"dispatch": "blocking"}, "workload": {"kind": "closed", "sessions": 2, "records_in_flight": 2}})"},
      {"sendfile to a nic on aesni", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "workload": {"kind": "sendfile", "sessions": 8}})"},
      {"sendfile to a nic on ccr, without tso, lro", R"({"host": "xeon-e5-1620v3", "driver": "ccr-t6",
          "workload": {"kind": "sendfile", "sessions": 8, "io": "blocking"},
          "network": {"tso": false, "lro": false}, "ktls": {"sw_buffer_cache": false, "dispatch": "blocking"}})"},
      {"send over loopback on qat", R"({"host": "loopback-lab", "driver": "qat-c62x",
          "workload": {"kind": "send", "sessions": 8, "rate_gbps": 1}, "network": {"kind": "loopback"}})"},
      {"sendfile over loopback to ktls_rx", R"({"host": "loopback-lab", "driver": "qat-c62x",
          "workload": {"kind": "sendfile", "sessions": 4},
          "network": {"kind": "loopback", "receiver": "ktls_rx"}})"},
      {"nic tls", R"({"host": "xeon-e5-1620v3", "driver": "nic-tls", "workload": {"sessions": 8}})"},
      {"nic tls beside ccr", R"({"host": "xeon-e5-1620v3", "driver": "ccr-t6", "ktls": {"mode": "ifnet"},
          "workload": {"kind": "send", "sessions": 8}})"},
      {"sendfile in userland, with what machine and card cost", R"({"driver": {"profile": "ccr-t6", "price_usd": 900, "watts": 20},
          "host": {"profile": "xeon-e5-1620v3", "price_usd": 3000, "idle_watts": 60, "busy_watts": 150},
          "ktls": {"mode": "userland"}, "workload": {"sessions": 4, "io": "poll", "connection_bytes": 100000}})"},
      {"more connections than the caches hold", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "workload": {"sessions": 8, "server_connections": 10000}})"},
      {"contiguous buffers in fragmented memory", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "workload": {"sessions": 8, "disk_probability": 0.5},
          "ktls": {"contiguous_buffers": 100, "contig_memory": "fragmented"}})"},
      {"the same where the kernel reclaims", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell", "kernel": "freebsd-14",
          "workload": {"sessions": 8}, "ktls": {"contiguous_buffers": 1, "contig_memory": "fragmented", "max_alloc": 1}})"},
      {"more contiguous buffers", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "workload": {"sessions": 8}, "ktls": {"contiguous_buffers": 10, "max_alloc": 2}})"},
      {"a pool for TLS in userland", R"({"host": "xeon-e5-1620v3", "driver": "aesni-haswell",
          "workload": {"sessions": 8}, "ktls": {"mode": "userland", "userland_threads": 2}})"},
      {"all sessions in groups", R"({"host": "xeon-e5-1620v3", "driver": "ccr-t6",
          "session_groups": [{"sessions": 4, "version": "1.2", "cipher": "aes-256-gcm"}],
          "workload": {"kind": "closed", "sessions": 4, "records_in_flight": 2}})"},
  };
  return all;
}

Json base(const std::string& name) {
  Json json = Json::parse(settings().at(name));
  json["measure"] = {{"warmup_ms", 1}, {"duration_ms", 2}};
  return json;
}

// The bytes of a result, apart from what differs from one time to the next.
std::string bytes_of(const Scenario& scenario) {
  RunResult result = simulate(scenario, EngineKind::fiber, 0);
  result.wall_seconds = 0;
  result.peak_memory_kib = 0;
  return encode(result);
}

// Values other than `now`, as in `--set`.
std::vector<std::string> other_values(const Parameter& parameter, const Json& now) {
  std::vector<std::string> others;
  const auto add = [&](const std::string& text) {
    if (text != (now.is_string() ? now.get<std::string>() : now.dump())) others.push_back(text);
  };
  if (parameter.type == ParameterType::text) return {"throughput_gbps"};
  if (parameter.pointer.starts_with("/host/scheduler/pri_")) return {"200", "150", "90"};  // in another order
  if (const std::size_t to = parameter.allowed.find(" to "); to != std::string::npos) {
    const double least = std::strtod(parameter.allowed.c_str(), nullptr);
    const double most = std::strtod(parameter.allowed.c_str() + to + 4, nullptr);
    const double value = now.is_number() ? now.get<double>() : least;
    // Of bytes copied one changes no nanosecond.
    for (const double other : {value * 2 + (parameter.pointer.starts_with("/host/steps/") ? 1000 : 1), value / 2, least + 1, least, most})
      if (other >= least && other <= most && other != value) others.push_back(number_json(other).dump());
    return others;
  }
  std::string word;
  for (const char c : parameter.allowed + ",") {
    if (c == ',') {
      add(word);
      word.clear();
    } else if (c != ' ') {
      word += c;
    }
  }
  return others;
}

// The scenario with the first other value that it can have; nothing where it can have none.
std::optional<Scenario> with_another(const Json& json, const Parameter& parameter, const Json& effective,
                                     std::string& set) {
  const Json::json_pointer place(parameter.pointer);
  Json now = effective.contains(place) ? effective.at(place) : Json();
  if (now.is_object() && now.contains("value")) now = now.at("value");
  for (const std::string& value : other_values(parameter, now)) {
    set = parameter.pointer + '=' + value;
    try {
      return read_scenario(json, "s.json", std::vector<std::string>{set});
    } catch (const InputError&) {  // not with the rest of this scenario
    }
  }
  return std::nullopt;
}

class EverySetting : public testing::TestWithParam<std::string> {};

TEST_P(EverySetting, what_is_declared_as_read_by_others_does_not_change_a_byte) {
  const Json json = base(GetParam());
  const Scenario scenario = read_scenario(json, "s.json");
  const Json effective = effective_json(scenario);
  const std::string expected = bytes_of(scenario);
  std::size_t walked = 0;
  for (const Parameter& parameter : scenario_parameters()) {
    if (parameter.type == ParameterType::group || parameter.type == ParameterType::profile) continue;
    if (unmet(parameter, scenario) == nullptr) continue;
    std::string set;
    const std::optional<Scenario> changed = with_another(json, parameter, effective, set);
    if (!changed || unmet(parameter, *changed) == nullptr) continue;  // a price may be what was missing
    ++walked;
    EXPECT_TRUE(bytes_of(*changed) == expected) << set << ": read by " << unmet(parameter, scenario)->who;
  }
  EXPECT_GE(walked, 10u);
}

INSTANTIATE_TEST_SUITE_P(unread, EverySetting, testing::ValuesIn([] {
                           std::vector<std::string> names;
                           for (const auto& [name, json] : settings()) names.push_back(name);
                           return names;
                         }()));

struct Sample {
  std::string setting;
  std::string set;
};

TEST(UnreadValues, what_is_declared_as_read_changes_the_result_where_it_matters) {
  const std::vector<Sample> samples{
      {"closed on ccr", "/workload/records_in_flight=2"},
      {"closed on ccr", "/workload/record_bytes=1000"},
      {"closed on ccr", "/workload/start_spread_us=10"},
      {"closed on ccr", "/ktls/dispatch=blocking"},
      {"closed on ccr", "/ktls/state_bytes=5000"},
      {"closed on ccr", "/network/rx_queues=1"},
      {"closed on ccr", "/what_if/cap_per_worker=1"},
      {"closed on ccr", "/what_if/state_allocator=uma"},
      {"closed on ccr", "/what_if/return_workers=2"},
      {"closed on ccr", "/driver/ccr/ring_descriptors=128"},
      {"closed on ccr", "/faults/nomem_probability=0.5"},
      {"poisson on qat", "/workload/records_per_second=20000"},
      {"poisson on qat", "/driver/device/response_ns=9000"},
      {"closed on aesni, blocking", "/host/opencrypto/crypto_dispatch_ns=9000"},
      {"closed on aesni, blocking", "/ktls/legacy_callback=true"},
      {"sendfile to a nic on aesni", "/network/rtt_us=500"},
      {"sendfile to a nic on aesni", "/network/window_bytes=20000"},
      {"sendfile to a nic on aesni", "/network/tso=false"},
      {"sendfile to a nic on aesni", "/network/loss_probability=0.01"},
      {"sendfile to a nic on aesni", "/workload/send_buffer_bytes=40000"},
      {"sendfile to a nic on aesni", "/workload/disk_probability=0.5"},
      {"sendfile to a nic on aesni", "/workload/io=blocking"},
      {"sendfile to a nic on aesni", "/ktls/sw_buffer_cache=false"},
      {"sendfile to a nic on aesni", "/ktls/contiguous_buffers=10"},
      {"sendfile to a nic on aesni", "/host/application/sendfile_ns=90000"},
      {"send over loopback on qat", "/workload/rate_gbps=0.5"},
      {"send over loopback on qat", "/network/receive_buffer_bytes=40000"},
      {"send over loopback on qat", "/network/receiver=ktls_rx"},
      {"send over loopback on qat", "/host/loopback/decrypt_record_ns=90000"},
      {"sendfile over loopback to ktls_rx", "/host/ktls/ktls_decrypt_ns=90000"},
      {"nic tls", "/workload/write_bytes=20000"},
  };
  for (const Sample& sample : samples) {
    const Json json = base(sample.setting);
    std::vector<Problem> unread;
    const Scenario changed = read_scenario(json, "s.json", std::vector<std::string>{sample.set}, &unread);
    for (const Problem& problem : unread) EXPECT_FALSE(sample.set.starts_with(problem.pointer + '=')) << problem.line();
    EXPECT_TRUE(bytes_of(changed) != bytes_of(read_scenario(json, "s.json"))) << sample.setting << " " << sample.set;
  }
}

std::vector<std::string> lines(const Json& json, const std::vector<std::string>& sets) {
  std::vector<Problem> unread;
  read_scenario(json, "s.json", sets, &unread);
  std::vector<std::string> all;
  for (const Problem& problem : unread) all.push_back(problem.line());
  return all;
}

// Each value of a host is read by some of the settings, where another value makes another result, or by none, which is told.
TEST(UnreadValues, of_hosts_are_told_or_change_a_result) {
  std::map<std::string, std::string> results;
  // Priorities decide where threads meet on a CPU, which these do in none of the settings.
  const std::set<std::string> decide_elsewhere{"/host/scheduler/pri_swi_net", "/host/scheduler/pri_socket_sleep",
                                               "/host/scheduler/pri_max_interact"};
  std::vector<std::string> silent;
  std::size_t walked = 0;
  for (const Parameter& parameter : scenario_parameters()) {
    if (!parameter.pointer.starts_with("/host/") || parameter.type == ParameterType::group ||
        parameter.type == ParameterType::text || decide_elsewhere.contains(parameter.pointer))
      continue;
    ++walked;
    bool read = false;
    bool changes = false;
    for (const auto& [name, text] : settings()) {
      const Json json = base(name);
      const Scenario scenario = read_scenario(json, "s.json");
      if (unmet(parameter, scenario) != nullptr) continue;
      std::string set;
      const std::optional<Scenario> changed = with_another(json, parameter, effective_json(scenario), set);
      if (!changed || unmet(parameter, *changed) != nullptr) continue;
      read = true;
      if (results[name].empty()) results[name] = bytes_of(scenario);
      changes = bytes_of(*changed) != results[name];
      if (changes) break;
    }
    if (read && !changes) silent.push_back(parameter.pointer);
  }
  EXPECT_GE(walked, 400u);
  EXPECT_EQ(fmt::format("{}", fmt::join(silent, " ")), "");
}

TEST(UnreadValues, name_file_pointer_value_and_who_would_read_it) {
  Json json = base("closed on ccr");
  json["network"] = {{"rtt_us", 100}};
  EXPECT_THAT(lines(json, {"/what_if/cap_per_bank=4"}),
              ElementsAre("s.json: /network/rtt_us: 100: has no effect here: it is read by a workload sendfile or send with "
                          "/network/kind nic",
                          "--set: /what_if/cap_per_bank: 4: has no effect here: it is read by a driver qat"));
}

TEST(UnreadValues, of_steps_are_read_where_the_host_leaves_out_their_cost) {
  EXPECT_THAT(lines(base("sendfile to a nic on aesni"), {"/host/steps/sendfile_ns/instructions=9"}), IsEmpty());
  EXPECT_THAT(lines(base("sendfile to a nic on aesni"),
                    {"/host/steps/sendfile_ns/instructions=9", "/host/application/sendfile_ns=900"}),
              ElementsAre("--set: /host/steps/sendfile_ns/instructions: 9: has no effect here: it is read by a host that leaves "
                          "out the cost of this step, which is composed then"));
  EXPECT_THAT(lines(base("closed on ccr"), {"/host/steps/sendfile_ns/instructions=9"}),
              ElementsAre(HasSubstr("/host/steps/sendfile_ns/instructions: 9: has no effect here: it is read by a workload send")));
}

TEST(UnreadValues, of_caches_are_read_where_the_core_states_their_size) {
  Json json = base("closed on ccr");
  EXPECT_THAT(lines(json, {"/host/steps/state_bytes=9000"}), IsEmpty());
  Json host = effective_json(read_scenario(json, "s.json")).at("host");
  host.at("core").erase("llc_bytes");
  json["host"] = host;
  EXPECT_THAT(lines(json, {"/host/steps/state_bytes=9000"}),
              ElementsAre("--set: /host/steps/state_bytes: 9000: has no effect here: it is read by a host whose core states "
                          "llc_bytes"));
}

TEST(UnreadValues, of_a_profile_count_only_if_the_scenario_writes_over_them) {
  EXPECT_THAT(lines(base("closed on ccr"), {}), IsEmpty());
  EXPECT_THAT(lines(base("closed on ccr"), {"/host/loopback/soreceive_ns=1"}),
              ElementsAre(HasSubstr("/host/loopback/soreceive_ns: 1: has no effect here")));
}

TEST(UnreadValues, of_a_scenario_that_is_written_out_count_only_if_they_are_no_defaults) {
  Json effective = effective_json(read_scenario(base("closed on ccr"), "s.json"));
  EXPECT_THAT(lines(effective, {}), IsEmpty());
  effective["network"]["rtt_us"] = 51;
  EXPECT_THAT(lines(effective, {}), ElementsAre(HasSubstr("/network/rtt_us: 51")));
}

}  // namespace
}  // namespace ktlssim
