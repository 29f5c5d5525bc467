#include "sim/network/nic.hpp"

#include <algorithm>
#include <boost/random/geometric_distribution.hpp>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/tcp.hpp"

namespace ktlssim {

namespace {

// A calendar tag names a socket and a number: bytes or a stream offset.
constexpr unsigned kSocketBits = 20;
std::uint64_t tag_of(const Socket& so, std::int64_t number) {
  return static_cast<std::uint64_t>(number) << kSocketBits | static_cast<std::uint64_t>(so.index);
}
std::int64_t number_of(std::uint64_t tag) { return static_cast<std::int64_t>(tag >> kSocketBits); }
Socket& socket_of(Kernel& k, std::uint64_t tag) { return k.sockets[tag & ((1ULL << kSocketBits) - 1)]; }

}  // namespace

Nic::Nic(Kernel& kernel, Cxgbe& queues)
    : kernel_(kernel),
      queues_(queues),
      to_peer_(kernel.calendar(), *this),
      from_peer_(kernel.calendar(), *this),
      ack_threshold_bytes_(kernel.scenario.ack_threshold_bytes()),
      mixed_(kernel.scenario.ktls.mode == KtlsMode::ifnet && kernel.scenario.has_software_tls()),
      lossy_(kernel.scenario.network.loss_probability > 0),
      losses_(kernel.random_stream("loss")) {
  const Time rtt = from_us(kernel.scenario.network.rtt_us);
  way_out_ = rtt / 2;
  way_back_ = rtt - way_out_;
  if (lossy_) until_loss_ = packets_until_loss();
}

void Nic::attach(Socket& so) {
  so.snd_wnd_edge = so.max_sndwnd = kernel_.scenario.network.window_bytes;
  if (lossy_) so.tp = std::make_unique<Tcpcb>(kernel_.scenario.kernel.network, kernel_.scenario.network, kernel_.segments);
}

void Nic::if_output(Socket& so, std::int64_t from, std::int64_t bytes) {
  kernel_.settle();
  if (lossy_) so.tp->to_peer.push_back({from, from + bytes});
  if (kernel_.numa.matters()) port_reads(kernel_, so, from, bytes);
  if (PcieLink* const link = queues_.pcie_link())
    link->read<&Nic::transmit>(PcieLink::Flow::packets, bytes, this, tag_of(so, bytes));
  else
    transmit(tag_of(so, bytes));
}

void Nic::look_at_client(Socket& so) {
  if (kernel_.clients != nullptr) kernel_.clients->received(so, way_back_);
}

// The burst is read behind it.
void Nic::read_again(const Socket& so, std::int64_t bytes) {
  kernel_.memory.move(bytes, kernel_.now(), kernel_.numa.matters() ? kernel_.numa.port_of(so) : 0);
  if (PcieLink* const link = queues_.pcie_link())
    link->read<&Nic::has_read_again>(PcieLink::Flow::packets, bytes, this, 0);
}

void Nic::transmit(std::uint64_t tag) {
  const std::int64_t bytes = number_of(tag);
  const Time given = std::max(kernel_.now(), kernel_.caught_up());
  const Time tls = tls_time(socket_of(kernel_, tag), bytes);
  if (tls == kNoTime) return onto_link(tag, given);
  CcrCompletions* const ccr = queues_.ccr();
  const Time with_ccr = mixed_ && ccr != nullptr && tls > Time{} ? ccr->encrypt_packet(given, tls) : kNoTime;
  tls_free_ = with_ccr == kNoTime ? std::max(tls_free_, given) + tls : with_ccr;
  tls_busy_ns_ += kernel_.window.overlap_ns(tls_free_ - tls, tls_free_);
  if (mixed_)
    kernel_.calendar().call_at<&Nic::encrypted>(tls_free_, Rank::hardware, this, tag);
  else
    onto_link(tag, tls_free_);
}

void Nic::encrypted(std::uint64_t tag) { onto_link(tag, kernel_.now()); }

void Nic::onto_link(std::uint64_t tag, Time ready) {
  const std::int64_t bytes = number_of(tag);
  const Time start = std::max(link_free_, ready);
  link_free_ =
      start + transmission_time(kernel_.segments.on_wire(bytes), kernel_.scenario.network.rate_gbps);
  busy_ns_ += kernel_.window.overlap_ns(start, link_free_);
  if (kernel_.scenario.network.peer_rate_mbps > 0)
    kernel_.calendar().call_at<&Nic::at_peer>(over_peer_link(socket_of(kernel_, tag), bytes), Rank::hardware, this, tag);
  else
    to_peer_.enter(link_free_ + way_out_, tag);
}

Time Nic::over_peer_link(const Socket& so, std::int64_t bytes) {
  constexpr double kGbpsOfMbps = 1e-3;
  const auto session = static_cast<std::size_t>(so.index);
  if (peer_free_.size() <= session) peer_free_.resize(session + 1);
  Time& free = peer_free_[session];
  free = std::max(free, link_free_ + way_out_) +
         transmission_time(kernel_.segments.on_wire(bytes), kernel_.scenario.network.peer_rate_mbps * kGbpsOfMbps);
  return free;
}

Time Nic::tls_time(const Socket& so, std::int64_t bytes) const {
  const Scenario& s = kernel_.scenario;
  if (so.tls.mode != KtlsMode::ifnet || !s.driver.traits().encrypts_in_nic) return kNoTime;
  const AlgorithmCost& cost = s.driver.cost(encryption(s.tls_of(so.group).cipher));
  return from_ns(cost.stream_ns(static_cast<double>(bytes), s.ktls.maxlen_bytes));
}

void Nic::at_peer(std::uint64_t tag) {
  Socket& so = socket_of(kernel_, tag);
  const std::int64_t bytes = number_of(tag);
  if (!kernel_.numa.matters()) kernel_.memory.move(bytes, kernel_.now());  // else port_reads has
  if (lossy_) {
    lossy_burst(so);
  } else if (kernel_.scenario.network.peer_lro) {
    tcp_input_data(so, bytes, false);
  } else {
    for (std::int64_t left = bytes; left > 0; left -= kernel_.segments.payload_bytes)
      tcp_input_data(so, std::min(left, kernel_.segments.payload_bytes), false);
  }
}

std::int64_t Nic::packets_until_loss() {
  return boost::random::geometric_distribution<std::int64_t>(kernel_.scenario.network.loss_probability)(losses_);
}

void Nic::lossy_burst(Socket& so) {
  const Tcpcb::Burst burst = so.tp->to_peer.front();
  so.tp->to_peer.pop_front();
  std::int64_t run = burst.from;
  for (std::int64_t packet = burst.from; packet < burst.to;) {
    const std::int64_t next = std::min(packet + kernel_.segments.payload_bytes, burst.to);
    if (until_loss_-- == 0) {
      ++kernel_.tcpstat.lost_packets;
      until_loss_ = packets_until_loss();
      tcp_input_run(so, run, packet);
      run = next;
    }
    packet = next;
  }
  tcp_input_run(so, run, burst.to);
}

void Nic::tcp_input_run(Socket& so, std::int64_t from, std::int64_t to) {
  const std::int64_t most = kernel_.scenario.network.peer_lro ? to - from : kernel_.segments.payload_bytes;
  for (; from < to; from += most) {
    const bool hole = so.peer_reass.hole_end() > 0;
    const std::int64_t grown = so.peer_reass.arrive(from, std::min(from + most, to));
    tcp_input_data(so, grown, hole || grown == 0);
  }
}

// The peer's tcp_input: one segment, or what LRO has made of several.
void Nic::tcp_input_data(Socket& so, std::int64_t bytes, bool at_once) {
  so.peer_received += bytes;
  look_at_client(so);
  const bool wait = ack_threshold_bytes_ > 0
                        ? so.peer_received - so.peer_acked < ack_threshold_bytes_
                        : delay_ack(kernel_.segments, bytes, so.delayed_ack.active());
  if (at_once || !wait) {
    send_ack(so);
  } else if (!so.delayed_ack.active()) {
    const Time date = kernel_.now() + from_us(kernel_.scenario.network.delayed_ack_us);
    if (so.delayed_ack.reset(date)) start_timer(so, date);
  }
}

void Nic::delayed_ack(std::uint64_t tag) {
  Socket& so = socket_of(kernel_, tag);
  const Time date = so.delayed_ack.fire(kernel_.now());
  if (date == kernel_.now()) send_ack(so);
  if (date > kernel_.now() && date != kNever) start_timer(so, date);
}

void Nic::start_timer(const Socket& so, Time date) {
  kernel_.calendar().call_at<&Nic::delayed_ack>(date, Rank::hardware, this, tag_of(so, 0));
}

void Nic::send_ack(Socket& so) {
  so.delayed_ack.stop();
  so.peer_acked = so.peer_received;
  if (lossy_) so.tp->holes_told.push_back(so.peer_reass.hole_end());
  from_peer_.enter(kernel_.now() + way_back_, tag_of(so, so.peer_acked));
}

void Nic::ack_arrives(std::uint64_t tag) {
  Socket& so = socket_of(kernel_, tag);
  std::int64_t hole_end = 0;
  if (lossy_) {
    hole_end = so.tp->holes_told.front();
    so.tp->holes_told.pop_front();
  }
  queues_.receive_ack(so, number_of(tag), hole_end);
}

std::vector<Resource> Nic::resources(std::int64_t records) const {
  const auto busy = static_cast<double>(busy_ns_);
  const auto window = static_cast<double>((kernel_.window.end - kernel_.window.begin).count());
  std::vector<Resource> all{{.name = "link",
           .kind = "link",
           .servers = 1,
           .demand_us = per_record_us(busy, records),
           .utilization = busy / window,
           .what_it_means = "the network link is full: the host could send more"}};
  if (const auto tls = static_cast<double>(tls_busy_ns_); tls > 0)
    all.push_back({.name = "NIC TLS",
                   .kind = "link",
                   .servers = 1,
                   .demand_us = per_record_us(tls, records),
                   .utilization = tls / window,
                   .what_it_means = "the card encrypts as fast as it can: the link is not full"});
  return all;
}

}  // namespace ktlssim
