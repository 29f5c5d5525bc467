#include "models/scenario.hpp"

#include <algorithm>

#include "models/readers.hpp"
#include "models/scenario_parameters.hpp"
#include "models/traffic_parameters.hpp"

namespace ktlssim {

namespace {

// The first of those whose probe returns most; null where none is acceptable.
template <class Acceptable>
const DriverProfile* best_probe(const std::vector<const DriverProfile*>& drivers, const Acceptable& acceptable) {
  const DriverProfile* best = nullptr;
  for (const DriverProfile* const d : drivers)
    if (acceptable(*d) && (best == nullptr || d->traits().probe_value > best->traits().probe_value)) best = d;
  return best;
}

}  // namespace

FlowIds Scenario::flow_ids() const {
  if (workload.flow_ids != FlowIds::automatic) return workload.flow_ids;
  if (!has_application() || network.kind == NetworkKind::nic) return FlowIds::random;
  return kernel.network.loopback_flow_ids.value() == LoopbackFlowIds::zero ? FlowIds::zero : FlowIds::random;
}

bool Scenario::nic_takes(const TlsParameters& session) const {
  if (driver.traits().encrypts_in_nic && !driver.takes(session.cipher)) return false;
  switch (network.card) {
    case NicCard::t6:
    case NicCard::t6_txtls:
      return session.cipher != Cipher::chacha20_poly1305 &&
             (session.version == TlsVersion::tls11 || session.version == TlsVersion::tls12);
    case NicCard::mlx5:
      return session.cipher == Cipher::aes_128_gcm || session.cipher == Cipher::aes_256_gcm;
    case NicCard::other:
      return true;
  }
  return false;
}

bool Scenario::has_software_tls() const {
  if (ktls.mode != KtlsMode::ifnet) return ktls.mode == KtlsMode::software;
  const std::vector<SessionGroup> groups = all_groups();
  return std::ranges::any_of(
      groups, [this](const SessionGroup& group) { return group.software || !nic_takes(group.tls); });
}

// The kernel shifts the flow id by 16 bits (net.link.lagg.default_flowid_shift); with both halves, sequential ones are
// dealt round too.
std::int64_t Scenario::port_domain(std::uint32_t flowid) const {
  if (network.lagg == Lagg::none) return std::max<std::int64_t>(0, network.numa_domain);
  return (flowid ^ flowid >> 16) % host.numa_domains.count();
}

SegmentSizes Scenario::segments() const {
  constexpr std::int64_t kNicMtuBytes = 1500;        // ETHERMTU
  constexpr std::int64_t kLoopbackMtuBytes = 16384;  // LOMTU
  if (network.mtu_bytes > 0) return segment_sizes(network.mtu_bytes);
  return segment_sizes(network.kind == NetworkKind::nic ? kNicMtuBytes : kLoopbackMtuBytes);
}

std::int64_t Scenario::ack_threshold_bytes() const {
  if (network.ack_bytes == 0) return 0;
  const std::int64_t window =
      network.kind == NetworkKind::nic ? network.window_bytes : network.receive_buffer_bytes;
  return std::max<std::int64_t>(
      1, std::min(network.ack_bytes, std::min(workload.send_buffer_bytes, window) / 2));
}

std::size_t Scenario::group_of(std::int64_t session) const {
  std::size_t group = 0;
  while (group < session_groups.size() && session >= session_groups[group].sessions)
    session -= session_groups[group++].sessions;
  return group;
}

std::vector<std::size_t> Scenario::groups_of_sessions() const {
  std::vector<std::size_t> groups;
  const auto sessions = static_cast<std::size_t>(workload.sessions);
  groups.reserve(sessions);
  for (std::size_t group = 0; group < session_groups.size() && groups.size() < sessions; ++group) {
    const auto of_group = static_cast<std::size_t>(session_groups[group].sessions);
    groups.insert(groups.end(), std::min(of_group, sessions - groups.size()), group);
  }
  groups.resize(sessions, session_groups.size());
  return groups;
}

Scenario Scenario::with_all(const SessionGroup& kind) const {
  Scenario copy = *this;
  copy.session_groups.clear();
  copy.tls = kind.tls;
  if (kind.software && ktls.mode == KtlsMode::ifnet) copy.ktls.mode = KtlsMode::software;
  copy.ktls.mode = copy.mode_of(0);
  return copy;
}

std::vector<SessionGroup> Scenario::all_groups() const {
  std::vector<SessionGroup> all = session_groups;
  if (group_of(workload.sessions - 1) == session_groups.size()) all.push_back({workload.sessions, false, tls});
  return all;
}

std::vector<TlsParameters> Scenario::all_tls() const {
  std::vector<TlsParameters> all;
  for (const SessionGroup& group : all_groups()) all.push_back(group.tls);
  return all;
}

std::vector<const DriverProfile*> Scenario::drivers() const {
  std::vector<const DriverProfile*> all{&driver};
  for (const DriverProfile& other : other_drivers) all.push_back(&other);
  return all;
}

const DriverProfile* Scenario::selected(Algorithm algorithm) const {
  return best_probe(drivers(), [algorithm](const DriverProfile& d) {
    return !d.traits().encrypts_in_nic && d.cost(algorithm).supported;
  });
}

bool Scenario::opencrypto_takes(Cipher cipher) const {
  return selected(encryption(cipher)) != nullptr && (is_aead(cipher) || selected(mac(cipher)) != nullptr);
}

const DriverProfile* Scenario::selected_software(Algorithm algorithm) const {
  return best_probe(drivers(), [algorithm](const DriverProfile& d) {
    return d.sync() && !d.traits().encrypts_in_nic && d.cost(algorithm).supported;
  });
}

bool Scenario::sync_dispatch() const {
  const DriverProfile* const takes = selected(encryption(tls.cipher));
  if (ktls.dispatch == Dispatch::blocking || takes == nullptr || takes->sync()) return true;
  return !is_aead(tls.cipher) && !what_if.async_cbc;
}

void describe(ParameterVisitor& v, SessionGroup& group) {
  v.integer("sessions", group.sessions, {1, 1, 1000000}, "how many, of those of /workload");
  v.flag("software", group.software, false,
         "mode ifnet: the NIC does not take them; the driver that OpenCrypto selects encrypts for them, through KTLS "
         "workers");
  describe(v, group.tls);
}

void describe(ParameterVisitor& v, Scenario& s) {
  v.text("name", s.name, "", "short name, used in output");
  v.text("description", s.description, "", "the question that the scenario answers");
  v.integer("seed", s.seed, {1, 0, kMaxSeed}, "master seed");
  v.begin_group("ktls", "kernel TLS");
  describe(v, s.ktls);
  v.end_group();
  v.begin_group("tls", "protocol");
  v.read_by(readers::kUngroupedSessions);
  describe(v, s.tls);
  v.end_group();
  v.begin_group("workload", "who sends what");
  describe(v, s.workload);
  v.end_group();
  v.begin_group("network", "the way to the peer and back");
  describe(v, s.network);
  v.end_group();
  v.begin_group("faults", "crypto requests that fail on purpose");
  describe(v, s.faults);
  v.end_group();
  v.begin_group("what_if", "what no kernel does");
  describe(v, s.what_if);
  v.end_group();
  v.begin_group("measure", "how long");
  describe(v, s.measure);
  v.end_group();
}

}  // namespace ktlssim
