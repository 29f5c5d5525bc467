#include "sim/experiment/input/kernel_notes.hpp"

#include <fmt/format.h>

#include "sim/experiment/input/kernel_defaults.hpp"

namespace ktlssim {

namespace {

std::string driver_note(const KernelProfile& kernel, const DriverProfile& driver) {
  const bool intel = kernel.drivers.qat.value() == QatDriver::intel;
  if (driver.kind == DriverKind::qat_ocf && !intel)
    return fmt::format(
        "kernel {} has no driver like {}: Intel's qat(4) came with 14.0; its own qat(4) is of kind qat, "
        "such as qat-c62x, or --set /kernel=freebsd-14",
        kernel.name, driver.name);
  // qat_c2xxx(4) is that driver too, so the name of the part decides.
  if (driver.kind == DriverKind::qat && intel && driver.name.find("c2xxx") == std::string::npos)
    return fmt::format(
        "kernel {} drives {} by Intel's qat(4), a driver of kind qat_ocf such as qat-4xxx; the native driver "
        "is there for C2000 parts only, or --set /kernel=freebsd-14-2021-08",
        kernel.name, driver.name);
  const bool takes_gcm =
      driver.cost(Algorithm::aes_128_gcm).supported || driver.cost(Algorithm::aes_256_gcm).supported;
  if (driver.kind == DriverKind::ossl && takes_gcm && !kernel.drivers.ossl_aes_gcm.value())
    return fmt::format(
        "the ossl(4) of kernel {} does not take AES-GCM, as {} does: aesni(4) would be chosen; "
        "--set /kernel=freebsd-14 has it",
        kernel.name, driver.name);
  return {};
}

std::string nic_note(const Scenario& s) {
  if (!s.card_offers_tls() || s.ktls.mode == KtlsMode::ifnet) return {};
  const std::string_view card = name(s.network.card);
  if (!s.kernel.ktls.ifnet_permitted.value())
    return fmt::format("the NIC ({}) could encrypt, but kern.ipc.tls.ifnet.permitted is 0 in kernel {}: "
                       "OpenCrypto does; --set /kernel/ktls/ifnet_permitted=true",
                       card, s.kernel.name);
  if (!nic_takes_any(s)) return fmt::format("the NIC ({}) takes none of the sessions: OpenCrypto encrypts", card);
  if (s.workload.disk_probability > 0)
    return fmt::format("NIC TLS ({}) beside a disk is not simulated: OpenCrypto encrypts", card);
  return {};
}

// setsockopt(SO_SNDBUF) fails with ENOBUFS above sb_max_adj, and autosizing stops there.
std::string sockbuf_note(const Scenario& s) {
  const std::int64_t largest = s.kernel.network.largest_sockbuf_bytes();
  const std::int64_t wanted = s.largest_send_buffer_bytes();
  if (!s.has_application() || wanted <= largest) return {};
  if (s.workload.send_buffer_bytes <= largest)
    return fmt::format("send buffers grow to {} bytes, not {}: kern.ipc.maxsockbuf of kernel {} is {:.0f}", largest,
                       wanted, s.kernel.name, s.kernel.network.maxsockbuf_bytes.value());
  return fmt::format(
      "kernel {} refuses send buffers of {} bytes (ENOBUFS): kern.ipc.maxsockbuf, {:.0f}, allows {}; they are simulated "
      "as on a server that has raised it",
      s.kernel.name, s.workload.send_buffer_bytes, s.kernel.network.maxsockbuf_bytes.value(), largest);
}

}  // namespace

std::vector<std::string> kernel_notes(const Scenario& s) {
  std::vector<std::string> notes;
  const auto note = [&notes](std::string text) {
    if (!text.empty()) notes.push_back(std::move(text));
  };
  for (const DriverProfile* const driver : s.drivers()) note(driver_note(s.kernel, *driver));
  const Dispatch dispatch = s.kernel.ktls.dispatch.value();
  if (s.kernel.name != kDefaultKernel && s.ktls.dispatch != dispatch)
    note(fmt::format("/ktls/dispatch is \"{}\", over what kernel {} does (\"{}\"): leave it out to compare kernels",
                     name(s.ktls.dispatch), s.kernel.name,
                     name(dispatch)));
  note(nic_note(s));
  note(sockbuf_note(s));
  return notes;
}

}  // namespace ktlssim
