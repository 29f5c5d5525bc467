#include "sim/network/nic.hpp"

#include <algorithm>

#include "sim/kernel/kernel.hpp"

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
      from_peer_(kernel.calendar(), *this) {
  const Time rtt = from_us(kernel.scenario.network.rtt_us);
  way_out_ = rtt / 2;
  way_back_ = rtt - way_out_;
}

void Nic::attach(Socket& so) { so.snd_wnd_edge = kernel_.scenario.network.window_bytes; }

void Nic::if_output(Socket& so, std::int64_t bytes) {
  kernel_.settle();
  if (PcieLink* const link = queues_.pcie_link())
    link->read<&Nic::transmit>(PcieLink::Flow::packets, bytes, this, tag_of(so, bytes));
  else
    transmit(tag_of(so, bytes));
}

void Nic::transmit(std::uint64_t tag) {
  const std::int64_t bytes = number_of(tag);
  const Time start = std::max({link_free_, kernel_.now(), kernel_.memory.caught_up()});
  link_free_ = start + transmission_time(bytes, kernel_.scenario.network.rate_gbps);
  busy_ns_ += kernel_.window.overlap_ns(start, link_free_);
  to_peer_.enter(link_free_ + way_out_, tag);
}

void Nic::at_peer(std::uint64_t tag) {
  Socket& so = socket_of(kernel_, tag);
  kernel_.memory.move(number_of(tag), kernel_.now());
  so.peer_received += number_of(tag);
  const std::int64_t unacknowledged = so.peer_received - so.peer_acked;
  if (unacknowledged >= kernel_.scenario.network.ack_bytes) {
    send_ack(so);
  } else if (unacknowledged ==
             number_of(tag)) {  // the first bytes since the last acknowledgement start the timer
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
  from_peer_.enter(kernel_.now() + way_back_, tag_of(so, so.peer_acked));
}

void Nic::ack_arrives(std::uint64_t tag) {
  queues_.receive_ack(socket_of(kernel_, tag), number_of(tag),
                      number_of(tag) + kernel_.scenario.network.window_bytes);
}

std::vector<Resource> Nic::resources(std::int64_t records) const {
  const auto busy = static_cast<double>(busy_ns_);
  return {{.name = "link",
           .kind = "link",
           .servers = 1,
           .demand_us = records > 0 ? busy / static_cast<double>(records) / 1e3 : 0,
           .utilization = busy / static_cast<double>((kernel_.window.end - kernel_.window.begin).count()),
           .what_it_means = "the network link is full: the host could send more"}};
}

}  // namespace ktlssim
