// A link to a peer that receives at once: serialization of packets with their headers at line rate, half a round
// trip each way, delayed acknowledgements. A burst arrives whole, so that LRO makes one segment of it, or one of
// each run of its packets that is not lost. A card that encrypts (DriverKind::nic_tls) does so before the link, at the
// rate of its profile.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <vector>

#include "sim/drivers/cxgbe.hpp"
#include "sim/engine/delay_line.hpp"
#include "sim/kernel/ifnet.hpp"

namespace ktlssim {

class Nic final : public Network {
 public:
  Nic(Kernel& kernel, Cxgbe& queues);

  void attach(Socket& so) override;
  void if_output(Socket& so, std::int64_t from, std::int64_t bytes) override;
  void look_at_client(Socket& so) override;
  void read_again(const Socket& so, std::int64_t bytes) override;
  void softclock(Socket& so) override { queues_.post_softclock(so); }
  std::vector<Resource> resources(std::int64_t records) const override;

 private:
  void transmit(std::uint64_t tag);
  void encrypted(std::uint64_t tag);
  // From `ready` on it may be sent, behind what was before.
  void onto_link(std::uint64_t tag, Time ready);
  // What TLS of the card takes for them; no time where it does not encrypt or has no limit.
  Time tls_time(const Socket& so, std::int64_t bytes) const;
  void has_read_again(std::uint64_t) {}
  void at_peer(std::uint64_t tag);
  // When a burst has come over the link of its client.
  Time over_peer_link(const Socket& so, std::int64_t bytes);
  // What loss has left of a burst arrives.
  void lossy_burst(Socket& so);
  // Packets until the next one that is lost.
  std::int64_t packets_until_loss();
  void tcp_input_run(Socket& so, std::int64_t from, std::int64_t to);
  // `at_once`: the segment fills a hole or stands behind one.
  void tcp_input_data(Socket& so, std::int64_t bytes, bool at_once);
  void delayed_ack(std::uint64_t tag);
  void start_timer(const Socket& so, Time date);
  void ack_arrives(std::uint64_t tag);
  void send_ack(Socket& so);

  Kernel& kernel_;
  Cxgbe& queues_;
  Time way_out_;
  Time way_back_;
  Time tls_free_{0};   // of the engine that encrypts what it sends
  Time link_free_{0};
  std::vector<Time> peer_free_;  // of each session: when its client's link is
  DelayLine<&Nic::at_peer, Nic> to_peer_;
  DelayLine<&Nic::ack_arrives, Nic> from_peer_;
  const std::int64_t ack_threshold_bytes_;  // 0: by segment
  const bool mixed_;                        // some of what it sends is encrypted already, and overtakes
  const bool lossy_;
  boost::random::mt19937_64 losses_;
  std::int64_t until_loss_ = 0;
  std::int64_t busy_ns_ = 0;      // within the measured window
  std::int64_t tls_busy_ns_ = 0;  // the same
};

}  // namespace ktlssim
