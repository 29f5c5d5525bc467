// What an OpenCrypto driver and its device are and cost. Values live in models/profiles/drivers/*.json;
// describe() says what each means.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "models/parameter_visitor.hpp"
#include "models/service_law.hpp"
#include "models/tls.hpp"

namespace ktlssim {

// nic_tls is no OpenCrypto driver: the NIC encrypts as it sends, and sessions are of KtlsMode::ifnet.
enum class DriverKind { aesni, ccr, qat, ossl, cryptosoft, qat_ocf, nic_tls };

// What the code path of a kind of driver is like.
struct DriverTraits {
  std::string_view name;
  bool sync;              // CRYPTOCAP_F_SYNC: process() returns with the request done
  int probe_value;        // CRYPTODEV_PROBE_*: OpenCrypto prefers the driver with the highest
  bool locks_session;     // process() runs under the session's mutex
  bool encrypts_in_nic;   // takes sessions, and never a request
};
inline constexpr std::array<DriverTraits, 7> kDriverTraits{{
    {"aesni", true, -200, false, false},
    {"ccr", false, -100, false, false},
    {"qat", false, -100, false, false},
    {"ossl", true, -200, false, false},
    {"cryptosoft", true, -500, true, false},
    {"qat_ocf", false, -100, false, false},
    {"nic_tls", true, -200, false, true},
}};
inline std::string_view name(DriverKind kind) { return kDriverTraits[static_cast<std::size_t>(kind)].name; }
inline constexpr auto kDriverKindNames = [] {
  std::array<std::string_view, kDriverTraits.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kDriverTraits[i].name;
  return names;
}();

// Time per request and per byte of it: CPU time in the caller for a software driver, time of one engine for
// a device.
struct AlgorithmCost {
  bool supported = false;
  Quantity request_ns;
  Quantity byte_ns;

  Time time(std::int64_t bytes) const {
    return from_ns(request_ns.value() + byte_ns.value() * static_cast<double>(bytes));
  }
  // Of a part of a stream of such requests.
  double stream_ns(double bytes, std::int64_t request_bytes) const {
    return request_ns.value() * (bytes / static_cast<double>(request_bytes)) + byte_ns.value() * bytes;
  }
};

// A device behind a submission ring and completion queues.
struct DeviceCosts {
  Quantity functions;
  Quantity engines;
  Quantity latency_submit_ns;
  Quantity latency_complete_ns;
  ServiceLaw law = ServiceLaw::constant;
  Quantity pcie_gbps;
  Quantity process_ns;
  Quantity ring_ns;
  Quantity response_ns;
};

// ccr(4): requests travel on a port's control queue, completions on the port's first NIC receive queue.
struct CcrCosts {
  Quantity ports;
  Quantity ring_descriptors;
  Quantity descriptors_per_request;
  Quantity egress_update_descriptors;
  Quantity event_holdoff_ns;
  Quantity drain_ns;
};

// qat(4) of 2021: a ring pair per bank, a bank per submitting CPU.
struct QatCosts {
  Quantity banks;
  Quantity in_flight_per_bank;
  Quantity coalescing_ns;
  Quantity estat_read_ns;
};

// qat_ocf(4), Intel's driver of FreeBSD 14: an instance per session; a full one says EAGAIN, which KTLS
// retries at once.
struct QatOcfCosts {
  Quantity instances;
  Quantity ring_entries;
  Quantity cookies;
  Quantity coalescing_ns;
  Quantity retry_frame_bytes;
  Quantity kernel_stack_bytes;
};

struct DriverProfile {
  std::string name;
  std::string description;
  DriverKind kind = DriverKind::aesni;
  std::array<AlgorithmCost, kAlgorithmCount> ciphers;
  Quantity price_usd;  // of the card; no provenance: not known
  Quantity watts;      // likewise
  bool has_device = false;
  DeviceCosts device;
  bool has_ccr = false;
  CcrCosts ccr;
  bool has_qat = false;
  QatCosts qat;
  bool has_qat_ocf = false;
  QatOcfCosts qat_ocf;

  const DriverTraits& traits() const { return kDriverTraits[static_cast<std::size_t>(kind)]; }
  // PCI functions of the device, each with a unit of its driver.
  std::int64_t functions() const { return has_device && device.functions.provenance() ? device.functions.count() : 1; }
  bool sync() const { return traits().sync; }
  const AlgorithmCost& cost(Algorithm algorithm) const {
    return ciphers[static_cast<std::size_t>(algorithm)];
  }
  // Whether it takes every request of a record.
  bool takes(Cipher cipher) const {
    return cost(encryption(cipher)).supported && (is_aead(cipher) || cost(mac(cipher)).supported);
  }
};

void describe(ParameterVisitor& visitor, DriverProfile& profile);

}  // namespace ktlssim
