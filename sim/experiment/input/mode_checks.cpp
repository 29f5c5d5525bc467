#include "sim/experiment/input/mode_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

// Pointer, value, and what is allowed.
using Reporter = std::function<void(const std::string&, std::string, std::string)>;

// TLS in user mode: KTLS, its workers and OpenCrypto have no part in it.
void check_userland(const Scenario& s, const Reporter& report) {
  const std::int64_t pool = s.ktls.userland_threads;
  if (s.ktls.mode != KtlsMode::userland) {
    if (pool > 0)
      report("/ktls/userland_threads", std::to_string(pool), "takes /ktls/mode userland: nothing else has a pool");
    return;
  }
  constexpr std::string_view kMode = "\"userland\"";
  const auto refuse = [&](std::string message) { report("/ktls/mode", std::string(kMode), std::move(message)); };
  if (!s.has_application()) refuse("takes a workload sendfile or send, whose application encrypts");
  if (s.driver.traits().encrypts_in_nic) refuse("the application encrypts, not the NIC: another /driver, which is not asked");
  if (s.workload.disk_probability > 0) refuse("a read(2) that waits for a disk is not simulated");
  if (s.network.receiver == ReceiverKind::ktls_rx) refuse("has no KTLS workers, which /network/receiver ktls_rx needs");
  if (pool > 0 && s.workload.io != AppIo::kevent)
    report("/ktls/userland_threads", std::to_string(pool),
                "a pool tells the application through its kqueue: /workload/io kevent is allowed");
}

// Spilling takes somebody to spill to, polling something to poll.
void check_what_ifs(const Scenario& s, const Reporter& report) {
  const bool devices = std::ranges::any_of(s.drivers(), [](const DriverProfile* d) { return d->has_device; });
  if (s.what_if.poll_threads > 0 && !devices)
    report("/what_if/poll_threads", std::to_string(s.what_if.poll_threads),
                "no driver of the scenario has a device, whose completions could be polled");
  if (!s.what_if.spills()) return;
  for (const TlsParameters& tls : s.all_tls())
    if (is_aead(tls.cipher) && s.selected(encryption(tls.cipher)) != nullptr &&
        s.selected_software(encryption(tls.cipher)) == nullptr) {
      const bool records = s.what_if.spill_records > 0;
      report(records ? "/what_if/spill_records" : "/what_if/spill_wait_us",
                  records ? std::to_string(s.what_if.spill_records) : number_json(s.what_if.spill_wait_us).dump(),
                  fmt::format("no software driver of the scenario takes {}: one goes into /other_drivers, such as "
                              "\"aesni-haswell\"",
                              name(tls.cipher)));
      return;
    }
}

}  // namespace

void check_modes(const Scenario& s, const Origins& origins, Problems& problems) {
  const Reporter report = [&](const std::string& pointer, std::string value, std::string message) {
    problems.add(origins.file(pointer), pointer, std::move(value), std::move(message));
  };
  check_userland(s, report);
  check_what_ifs(s, report);
}

}  // namespace ktlssim
