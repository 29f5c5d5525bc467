#include "sim/experiment/input/scenario_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/counted.hpp"
#include "models/readers.hpp"
#include "sim/experiment/input/mode_checks.hpp"
#include "sim/experiment/input/system_limits.hpp"
#include "sim/experiment/statistics/precision.hpp"
#include "sim/machine/metrics.hpp"

namespace ktlssim {

namespace {

// Above any framing() of a record: what a send buffer must hold beside the payload.
constexpr std::int64_t kFramingRoomBytes = 96;

class Checker {
 public:
  Checker(const Origins& origins, Problems& problems) : origins_(origins), problems_(problems) {}

  void add(const std::string& pointer, std::string value, std::string message) {
    problems_.add(origins_.file(pointer), pointer, std::move(value), std::move(message));
  }

  void at_most(const std::string& pointer, std::int64_t value, std::int64_t limit,
               std::string_view limit_name) {
    if (value > limit)
      add(pointer, std::to_string(value), fmt::format("more than {} ({})", limit_name, limit));
  }

 private:
  const Origins& origins_;
  Problems& problems_;
};

// The ciphers that `accepts`, as a list.
template <class Accepts>
std::string ciphers_where(Accepts accepts) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCipherCount; ++i)
    if (accepts(static_cast<Cipher>(i))) names.emplace_back(kCipherNames[i]);
  return quoted_list(names);
}

void check_cipher(const Scenario& s, const TlsParameters& tls, const std::string& pointer, Checker& checker) {
  const auto quoted = [&tls] {
    return fmt::format("\"{}\"", name(tls.cipher));
  };
  const TlsVersion version = tls.version;
  if (!allowed(version, tls.cipher))
    checker.add(pointer, quoted(),
                fmt::format("not a cipher of TLS {}, which has {}",
                            name(version),
                            ciphers_where([version](Cipher c) { return allowed(version, c); })));
  const auto taken = [&s, version](Cipher c) {
    return s.opencrypto_takes(c) || (s.driver.traits().encrypts_in_nic && s.nic_takes({version, c}));
  };
  if (taken(tls.cipher) || s.ktls.mode == KtlsMode::userland) return;
  const std::string list = ciphers_where([&](Cipher c) { return allowed(version, c) && taken(c); });
  const bool driver_is_wrong = s.other_drivers.empty() && ciphers_where(taken).empty();
  if (driver_is_wrong) return;  // and was told so
  std::vector<std::string> names;
  for (const DriverProfile* const driver : s.drivers()) names.push_back(driver->name);
  checker.add(pointer, quoted(),
              fmt::format("no driver of the scenario ({}) takes it; they take {}. A software driver beside "
                          "them goes into /other_drivers, \"cryptosoft\" takes every cipher",
                          quoted_list(names), list.empty() ? "none of this version" : list));
}

// What ktls_enable_rx of this kernel takes.
void check_receive_sessions(const Scenario& s, Checker& checker) {
  if (s.network.receiver != ReceiverKind::ktls_rx) return;
  const std::vector<TlsParameters> all = s.all_tls();
  if (!s.kernel.ktls.rx_cbc.value() &&
      std::ranges::any_of(all, [](const TlsParameters& tls) { return !is_aead(tls.cipher); }))
    checker.add("/network/receiver", "\"ktls_rx\"",
                "KTLS receive sessions of this kernel take AEAD ciphers only: its ktls_ocf says EPROTONOSUPPORT to "
                "AES-CBC; /kernel freebsd-main-2026 takes it");
  if (!s.kernel.ktls.rx_tls13.value() &&
      std::ranges::any_of(all, [](const TlsParameters& tls) { return tls.version == TlsVersion::tls13; }))
    checker.add("/network/receiver", "\"ktls_rx\"",
                "this kernel (before 05a1d0f5 of December 2021) refuses receive sessions of TLS 1.3: "
                "ktls_enable_rx says ENOTSUP; /kernel freebsd-14 takes them");
}

void check_mtu(const Scenario& s, Checker& checker) {
  constexpr std::int64_t kLeastBytes = 576;  // that every IPv4 host takes
  if (s.network.mtu_bytes > 0 && s.network.mtu_bytes < kLeastBytes)
    checker.add("/network/mtu_bytes", std::to_string(s.network.mtu_bytes),
                fmt::format("0, which is the interface's own, or at least {} is allowed", kLeastBytes));
}

// When the first driver unregisters, another one must take its sessions.
void check_unloading(const Scenario& s, Checker& checker) {
  if (s.faults.driver_unloaded_ms >= kNeverMs) return;
  const auto taken = [&s](Algorithm a) {
    return std::ranges::any_of(s.other_drivers, [a](const DriverProfile& d) { return d.cost(a).supported; });
  };
  if (std::ranges::all_of(s.all_tls(), [&taken](const TlsParameters& tls) {
        return taken(encryption(tls.cipher)) && (is_aead(tls.cipher) || taken(mac(tls.cipher)));
      }))
    return;
  checker.add("/faults/driver_unloaded_ms", number_json(s.faults.driver_unloaded_ms).dump(),
              "no driver of /other_drivers takes the cipher when the first one is gone");
}

void check_ciphers(const Scenario& s, Checker& checker) {
  std::int64_t grouped = 0;
  for (std::size_t i = 0; i < s.session_groups.size(); ++i) {
    check_cipher(s, s.session_groups[i].tls, fmt::format("/session_groups/{}/cipher", i), checker);
    grouped += s.session_groups[i].sessions;
  }
  if (grouped > s.workload.sessions)
    checker.add("/session_groups", std::to_string(grouped),
                fmt::format("more sessions than /workload/sessions ({})", s.workload.sessions));
  if (grouped < s.workload.sessions) check_cipher(s, s.tls, "/tls/cipher", checker);
}

void check_numa(const Scenario& s, Checker& checker) {
  const std::int64_t domains = s.host.numa_domains.count();
  if (s.network.numa_domain >= domains)
    checker.add("/network/numa_domain", std::to_string(s.network.numa_domain),
                fmt::format("the host has {}, numbered from 0; -1 is unknown", counted(domains, "domain")));
  const bool lagg = s.network.lagg != Lagg::none;
  if (lagg && s.network.numa_domain >= 0)
    checker.add("/network/numa_domain", std::to_string(s.network.numa_domain),
                "lagg has a port in each domain: -1 is allowed");
  if (lagg && s.network.rx_queues > 0 && s.network.rx_queues < domains)
    checker.add("/network/rx_queues", std::to_string(s.network.rx_queues),
                fmt::format("each port of lagg takes at least one: 0 or at least {} is allowed", domains));
  if (lagg && readers::has_kind(s, DriverKind::ccr))
    checker.add("/network/lagg", fmt::format("\"{}\"", name(s.network.lagg)),
                "the completions of ccr come over the queues of one NIC: \"none\" is allowed");
  const WorkloadParameters& w = s.workload;
  const std::int64_t threads = w.app_threads > 0 ? w.app_threads : std::min(s.cpus(), w.sessions);
  if (w.numa_silo && w.io != AppIo::blocking && threads < domains)
    checker.add("/workload/numa_silo", "true",
                fmt::format("{} for {}: each takes one", counted(threads, "application thread"), counted(domains, "domain")));
}

// Clients that think ask; a rate is imposed on them.
void check_clients(const Scenario& s, Checker& checker) {
  const WorkloadParameters& w = s.workload;
  if (w.think_us <= 0) return;
  const std::string value = number_json(w.think_us).dump();
  if (w.kind == WorkloadKind::poisson) checker.add("/workload/think_us", value, "nobody waits for records of a workload poisson");
  if (s.has_application() && s.network.kind == NetworkKind::loopback)
    checker.add("/workload/think_us", value, "takes /network/kind nic: receivers of loopback ask for nothing");
  if (w.rate_gbps > 0)
    checker.add("/workload/think_us", value, "clients ask when they have thought, and not at /workload/rate_gbps: 0 is allowed");
}

// Sessions that the NIC does not take.
void check_software_groups(const Scenario& s, Checker& checker) {
  for (std::size_t i = 0; i < s.session_groups.size(); ++i) {
    const SessionGroup& group = s.session_groups[i];
    if (!group.software) continue;
    const std::string pointer = fmt::format("/session_groups/{}/software", i);
    if (s.ktls.mode != KtlsMode::ifnet)
      checker.add(pointer, "true", "says which sessions NIC TLS does not take: /ktls/mode ifnet is allowed");
    else if (!s.opencrypto_takes(group.tls.cipher))
      checker.add(pointer, "true",
                  fmt::format("no OpenCrypto driver of the scenario takes {}: one goes into /other_drivers, such as "
                              "\"aesni-haswell\"",
                              name(group.tls.cipher)));
  }
}

// Rates of which 0 means that there is no limit.
void check_rates(const Scenario& s, Checker& checker) {
  static constexpr double kLeast = 0.001;
  const auto check = [&checker](const std::string& pointer, const Quantity& rate) {
    if (rate.value() > 0 && rate.value() < kLeast)
      checker.add(pointer, number_json(rate.value()).dump(),
                  fmt::format("0, which is no limit, or at least {} is allowed", kLeast));
  };
  check("/host/memory/bandwidth_gbytes_per_s", s.host.memory.bandwidth_gbytes_per_s);
  check("/driver/device/pcie_gbps", s.driver.device.pcie_gbps);
  for (std::size_t i = 0; i < s.other_drivers.size(); ++i)
    check(fmt::format("/other_drivers/{}/device/pcie_gbps", i), s.other_drivers[i].device.pcie_gbps);
}

void check_window(const MeasureParameters& m, Checker& checker) {
  static constexpr double kLeast_ms = 1e-6;
  if (m.duration_ms == 0 && m.warmup != Warmup::automatic)
    checker.add("/measure/duration_ms", "0", "which leaves the window open, takes /measure/warmup auto");
  if (m.duration_ms > 0 && m.duration_ms < kLeast_ms)
    checker.add("/measure/duration_ms", number_json(m.duration_ms).dump(),
                fmt::format("0, which leaves the window open, or at least {} is allowed", kLeast_ms));
}

void check_precision(const Scenario& s, Checker& checker) {
  const MeasureParameters& m = s.measure;
  if (m.min_replications > m.max_replications)
    checker.add("/measure/min_replications", std::to_string(m.min_replications),
                fmt::format("more than /measure/max_replications ({})", m.max_replications));
  const std::vector<std::string_view> known = metric_names();
  const std::vector<std::string> names = precision_metrics(m);
  for (const std::string& name : names)
    if (std::ranges::find(known, name) == known.end())
      checker.add("/measure/precision_metrics", short_text(Json(m.precision_metrics)),
                  fmt::format("no metric is named {}{}", name,
                              did_you_mean(name, std::vector<std::string>(known.begin(), known.end()))));
  if (names.empty())
    checker.add("/measure/precision_metrics", short_text(Json(m.precision_metrics)), "names no metric");
}

void check_memory(const Scenario& s, Checker& checker) {
  if (const std::optional<Problem> beyond = beyond_memory(s))
    checker.add(beyond->pointer, beyond->value, beyond->message);
}

// A step of a thread is kept in millionths of a nanosecond, which leaves it 2.5 hours; no scenario simulates longer
// than 17 minutes and as long a warm-up.
void check_steps(const Scenario& s, Checker& checker) {
  static constexpr double kLongestStep_ns = 9e12;
  const HostProfile& host = s.host;
  const auto check = [&checker](const char* pointer, const Quantity& cost, double units, const char* of) {
    if (cost.value() * units <= kLongestStep_ns) return;
    checker.add(pointer, number_json(cost.value()).dump(),
                fmt::format("{} {} make a step of {:.3g} ns: at most {:.3g} are simulated", number_json(units).dump(),
                            of, cost.value() * units, kLongestStep_ns));
  };
  const auto pages = [](std::int64_t bytes) { return std::ceil(static_cast<double>(bytes) / 4096) + 1; };
  const WorkloadParameters& w = s.workload;
  if (!s.has_application()) return;
  const std::int64_t most_at_once = std::min(w.write_bytes, s.largest_send_buffer_bytes());
  if (w.kind == WorkloadKind::send) {
    check("/host/application/copyin_ns_per_byte", host.application.copyin_ns_per_byte,
          static_cast<double>(most_at_once), "bytes of a write");
    check("/host/application/anonymous_page_ns", host.application.anonymous_page_ns, pages(most_at_once),
          "pages of a write");
  } else {
    check("/host/application/sendfile_page_ns", host.application.sendfile_page_ns, pages(most_at_once),
          "pages of a pass");
  }
  if (w.io == AppIo::kevent)
    check("/host/application/kevent_event_ns", host.application.kevent_event_ns,
          static_cast<double>(w.sessions), "events of a kevent call");
  if (s.network.kind == NetworkKind::loopback)
    check("/host/loopback/copyout_ns_per_byte", host.loopback.copyout_ns_per_byte,
          static_cast<double>(s.network.receive_buffer_bytes), "bytes of a receive buffer");
}

}  // namespace

void check_scenario(const Scenario& s, const Origins& origins, Problems& problems) {
  Checker checker(origins, problems);
  const bool host_known = s.host.cpus.provenance() != nullptr;
  if (host_known) {
    constexpr std::string_view cpus = "the host's CPUs";
    check_numa(s, checker);
    if (s.ktls.bind_threads > 0 && s.ktls.workers > s.cpus())
      checker.add("/ktls/workers", std::to_string(s.ktls.workers),
                  fmt::format("bind_threads {} binds worker i to CPU i{}, and the host has {}",
                              s.ktls.bind_threads, s.ktls.bind_threads == 1 ? "" : "'s domain", counted(s.cpus(), "CPU")));
    checker.at_most("/network/rx_queues", s.network.rx_queues, s.cpus(), cpus);
    checker.at_most("/network/netisr_threads", s.network.netisr_threads, s.cpus(), cpus);
  }

  constexpr std::string_view sessions = "/workload/sessions";
  if (s.workload.server_connections > 0 && s.workload.server_connections < static_cast<double>(s.workload.sessions))
    checker.add("/workload/server_connections", number_json(s.workload.server_connections).dump(),
                fmt::format("sessions are some of them: 0 or at least {} is allowed", s.workload.sessions));
  checker.at_most("/network/receiver_threads", s.network.receiver_threads, s.workload.sessions, sessions);
  checker.at_most("/workload/app_threads", s.workload.app_threads, s.workload.sessions, sessions);
  if (s.workload.io == AppIo::blocking && s.workload.app_threads != 0 &&
      s.workload.app_threads < s.workload.sessions)
    checker.add(
        "/workload/app_threads", std::to_string(s.workload.app_threads),
        fmt::format("blocking I/O takes a thread per session: 0 or {} is allowed", s.workload.sessions));

  const std::int64_t record_room = s.ktls.maxlen_bytes + kFramingRoomBytes;
  if (s.has_application() && s.workload.send_buffer_bytes < record_room)
    checker.add("/workload/send_buffer_bytes", std::to_string(s.workload.send_buffer_bytes),
                fmt::format("smaller than one record: at least {} ({}) is allowed", record_room,
                            "/ktls/maxlen_bytes and framing"));
  if (s.workload.file_bytes > 0 && s.workload.file_offset_bytes >= s.workload.file_bytes)
    checker.add("/workload/file_offset_bytes", std::to_string(s.workload.file_offset_bytes),
                fmt::format("not within the file: less than /workload/file_bytes ({}) is allowed",
                            s.workload.file_bytes));
  if (s.ktls.mode == KtlsMode::ifnet && (!s.has_application() || s.workload.disk_probability > 0))
    checker.add("/ktls/mode", "\"ifnet\"", "takes a workload sendfile or send, without a disk");
  if (s.ktls.mode == KtlsMode::ifnet && s.has_application() && s.network.kind == NetworkKind::loopback)
    checker.add("/network/kind", "\"loopback\"", "lo0 encrypts nothing: NIC TLS takes a nic");
  for (std::size_t i = 0; i < s.other_drivers.size(); ++i)
    if (s.other_drivers[i].traits().encrypts_in_nic)
      checker.add(fmt::format("/other_drivers/{}", i), fmt::format("\"{}\"", s.other_drivers[i].name),
                  "encrypts in the NIC, for all sessions or none: only /driver may be it");
  if (s.driver.traits().encrypts_in_nic && s.network.receiver == ReceiverKind::ktls_rx)
    checker.add("/network/receiver", "\"ktls_rx\"", "no OpenCrypto driver decrypts beside NIC TLS");
  if (s.workload.rate_gbps > 0 && !s.has_application())
    checker.add("/workload/rate_gbps", number_json(s.workload.rate_gbps).dump(),
                "takes a workload sendfile or send");
  check_ciphers(s, checker);
  check_rates(s, checker);
  check_clients(s, checker);
  check_software_groups(s, checker);
  check_mtu(s, checker);
  if (s.workload.send_buffer_auto && s.workload.send_buffer_max_bytes < s.workload.send_buffer_bytes)
    checker.add("/workload/send_buffer_max_bytes", std::to_string(s.workload.send_buffer_max_bytes),
                fmt::format("less than /workload/send_buffer_bytes ({}), from which the buffer grows",
                            s.workload.send_buffer_bytes));
  if (host_known) {
    check_memory(s, checker);
    check_steps(s, checker);
  }
  check_window(s.measure, checker);
  check_precision(s, checker);
  check_modes(s, origins, problems);
  check_unloading(s, checker);
  check_receive_sessions(s, checker);
}

}  // namespace ktlssim
