#include "tests/fuzz/random_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/parameter_list.hpp"
#include "sim/experiment/parameters/settings.hpp"

namespace ktlssim {

namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  std::int64_t whole(std::int64_t least, std::int64_t most) {
    return boost::random::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  double real(double least, double most) {
    return boost::random::uniform_real_distribution<double>(least, most)(random_);
  }
  bool chance(double probability) { return real(0, 1) < probability; }
  template <class List>
  auto one_of(const List& list) {
    return *std::next(std::begin(list), whole(0, static_cast<std::int64_t>(std::size(list)) - 1));
  }

 private:
  boost::random::mt19937_64 random_;
};

std::vector<std::string> words(const std::string& allowed) {
  std::vector<std::string> all(1);
  for (const char c : allowed) {
    if (c == ',')
      all.emplace_back();
    else if (c != ' ')
      all.back() += c;
  }
  return all;
}

// Anywhere in the range, small values being as likely as large ones; at an end now and then.
double number_in(const Parameter& parameter, Draw& draw) {
  const double least = std::strtod(parameter.allowed.c_str(), nullptr);
  const double most = std::strtod(parameter.allowed.c_str() + parameter.allowed.find(" to ") + 4, nullptr);
  if (draw.chance(0.05)) return least;
  if (draw.chance(0.02)) return most;
  const double low = std::max(least, most > 1 ? 1 : most * 1e-6);
  return std::clamp(low * std::pow(most / low, draw.real(0, 1)), least, most);
}

std::optional<Json> value_of(const Parameter& parameter, Draw& draw) {
  switch (parameter.type) {
    case ParameterType::integer:
      return number_json(std::round(number_in(parameter, draw)));
    case ParameterType::number:
    case ParameterType::quantity:
      return number_json(number_in(parameter, draw));
    case ParameterType::flag:
      return draw.chance(0.5);
    case ParameterType::choice:
      return Json(draw.one_of(words(parameter.allowed)));
    case ParameterType::group:
    case ParameterType::list:
    case ParameterType::profile:
    case ParameterType::text:
      break;
  }
  return std::nullopt;
}

// What would make a run long or is no matter of the simulated machine.
bool is_drawn(const Parameter& parameter) {
  const std::string& p = parameter.pointer;
  return !p.starts_with("/measure/") && p != "/workload/sessions" && p != "/workload/records_in_flight" &&
         p != "/workload/records_per_second" && p != "/workload/kind" && p != "/host/cpus" && p != "/ktls/workers" &&
         p != "/ktls/maxlen_bytes" && p != "/workload/record_bytes";
}

// Profiles of software are many, those of cards few.
std::string driver(Draw& draw) {
  static const std::vector<std::string> cards{"ccr-t6", "ccr-t6", "qat-c62x", "qat-c2xxx", "qat-4xxx", "nic-tls"};
  return draw.chance(0.6) ? draw.one_of(cards) : draw.one_of(profile_names(ProfileKind::driver));
}

Json drawn(Draw& draw) {
  Json json = Json::object();
  json["seed"] = draw.whole(0, 1000);
  json["host"] = draw.one_of(profile_names(ProfileKind::host));
  json["driver"] = driver(draw);
  if (draw.chance(0.3)) json["kernel"] = draw.one_of(profile_names(ProfileKind::kernel));
  if (draw.chance(0.3)) {
    json["other_drivers"] = Json::array({driver(draw)});
    if (draw.chance(0.2)) json["other_drivers"].push_back("cryptosoft");
  }
  const std::int64_t sessions = draw.whole(1, draw.chance(0.2) ? 200 : 24);
  const std::string kind(draw.one_of(kWorkloadKindNames));
  json["workload"] = {{"kind", kind}, {"sessions", sessions}};
  if (kind == "closed") json["workload"]["records_in_flight"] = draw.whole(1, 32);
  if (kind == "poisson") json["workload"]["records_per_second"] = std::pow(10, draw.real(3, 6.3));
  if (kind == "send" || kind == "sendfile") {
    if (draw.chance(0.25)) json["workload"]["io"] = "blocking";
    if (draw.chance(0.15)) json["workload"]["rate_gbps"] = draw.real(0.1, 20);
    if (kind == "sendfile" && draw.chance(0.15)) json["workload"]["disk_probability"] = draw.real(0, 1);
    const bool loopback = draw.chance(0.4);
    json["network"]["kind"] = loopback ? "loopback" : "nic";
    if (loopback && draw.chance(0.4)) json["network"]["receiver"] = "ktls_rx";
    if (!loopback && draw.chance(0.2)) json["network"]["loss_probability"] = std::pow(10, draw.real(-5, -1));
    if (!loopback && !json["workload"].contains("rate_gbps") && draw.chance(0.2))
      json["workload"]["think_us"] = draw.real(1, 300);
    if (!loopback && draw.chance(0.3)) json["network"]["lagg"] = draw.one_of(kLaggNames);
    if (!loopback && draw.chance(0.3)) json["workload"]["numa_silo"] = true;
  }
  if (draw.chance(0.6))
    json["tls"] = {{"version", draw.one_of(kTlsVersionNames)}, {"cipher", draw.one_of(kCipherNames)}};
  if (draw.chance(0.15))
    json["session_groups"] = Json::array({{{"sessions", draw.whole(1, sessions)},
                                           {"version", draw.one_of(kTlsVersionNames)},
                                           {"cipher", draw.one_of(kCipherNames)}}});
  if (json["driver"] == "nic-tls" && draw.chance(0.4)) {
    json["other_drivers"] = Json::array({"cryptosoft"});
    if (draw.chance(0.5)) json["other_drivers"].push_back(driver(draw));
    if (draw.chance(0.5)) json["network"]["card"] = draw.one_of(kNicCardNames);
    json["session_groups"] = Json::array({{{"sessions", draw.whole(1, sessions)}, {"software", true}}});
  }
  if (draw.chance(0.2)) json["ktls"]["dispatch"] = "blocking";
  if (draw.chance(0.2)) json["ktls"]["bind_threads"] = draw.whole(1, 2);
  if (draw.chance(0.3)) json["ktls"]["maxlen_bytes"] = draw.whole(1000, kTlsMaxPayloadBytes);
  if (draw.chance(0.3)) json["ktls"]["workers"] = draw.whole(1, 8);
  return json;
}

}  // namespace

std::optional<RandomScenario> random_scenario(std::uint64_t seed) {
  Draw draw(seed);
  Json json = drawn(draw);
  const std::vector<Parameter> parameters = scenario_parameters();
  for (std::int64_t changes = draw.whole(0, 8); changes > 0; --changes) {
    const Parameter& parameter = draw.one_of(parameters);
    if (!is_drawn(parameter)) continue;
    if (std::optional<Json> value = value_of(parameter, draw)) assign(json, parameter.pointer, std::move(*value));
  }
  json["measure"] = {{"warmup_ms", draw.real(0, 1)}, {"duration_ms", draw.real(0.05, 2)}};
  try {
    return RandomScenario{read_scenario(json, fmt::format("random-{}.json", seed)), json_text(json)};
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::set<std::string> features_of(const Scenario& s) {
  std::set<std::string> all;
  const auto add = [&all](bool has, std::string text) {
    if (has) all.insert(std::move(text));
  };
  add(true, fmt::format("workload {}", name(s.workload.kind)));
  add(s.has_application(), fmt::format("network {}", name(s.network.kind)));
  add(s.has_application(), fmt::format("io {}", name(s.workload.io)));
  add(true, fmt::format("mode {}", name(s.ktls.mode)));
  add(true, fmt::format("dispatch {}", name(s.ktls.dispatch)));
  for (const DriverProfile* const driver : s.drivers()) all.insert(fmt::format("driver {}", name(driver->kind)));
  add(!s.other_drivers.empty(), "several drivers");
  for (const TlsParameters& tls : s.all_tls()) {
    all.insert(fmt::format("tls {}", name(tls.version)));
    all.insert(fmt::format("cipher {}", name(tls.cipher)));
  }
  add(!s.session_groups.empty(), "session groups");
  add(true, fmt::format("bind_threads {}", s.ktls.bind_threads));
  add(true, fmt::format("kernel {}", s.kernel.name));
  const bool loopback = s.has_application() && s.network.kind == NetworkKind::loopback;
  add(loopback, fmt::format("receiver {}", name(s.network.receiver)));
  add(s.has_application() && s.network.loss_probability > 0, "loss");
  add(s.workload.kind == WorkloadKind::sendfile && s.workload.disk_probability > 0, "disk");
  add(s.has_application() && s.workload.rate_gbps > 0, "imposed rate");
  add(s.ktls.contiguous_buffers > 0, "contiguous buffers");
  add(s.faults.probability > 0 || s.faults.every_nth > 0, "failing requests");
  add(s.faults.nomem_probability > 0, "no memory");
  add(s.faults.vm_wait_probability > 0, "vm_wait");
  add(s.faults.device_dead_from_ms < 5, "dead device");
  add(s.faults.driver_unloaded_ms < 5, "unloaded driver");
  add(s.workload.reconnect_us > 0, "reconnect");
  add(s.what_if.direct_dispatch, "what-if direct_dispatch");
  add(s.what_if.async_cbc, "what-if async_cbc");
  add(s.what_if.state_allocator == StateAllocator::uma, "what-if uma");
  add(s.what_if.looks_at_in_flight(), "what-if caps and groups");
  add(s.what_if.return_workers > 0, "what-if return workers");
  add(s.what_if.requeue_when_full, "what-if requeue");
  add(s.host.step_law != ServiceLaw::constant, "random steps");
  add(s.host.numa_domains.count() > 1, "NUMA");
  add(s.host.domains_differ(), "NUMA costs");
  add(s.has_application() && s.network.lagg != Lagg::none, "lagg");
  add(s.workload.think_us > 0, "think times");
  const bool mixed = s.ktls.mode == KtlsMode::ifnet && s.has_software_tls();
  add(mixed, "NIC TLS and software");
  add(mixed && std::ranges::any_of(s.drivers(), [](const DriverProfile* d) { return d->has_device; }),
      "NIC TLS and a coprocessor");
  add(s.host.threads_per_core.count() > 1, "SMT");
  add(s.host.memory.bandwidth_gbytes_per_s.value() > 0, "memory bandwidth");
  return all;
}

}  // namespace ktlssim
