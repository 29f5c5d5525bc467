// A link to a peer that receives at once: serialization at line rate, half a round trip each way, aggregated
// and delayed acknowledgements.
#pragma once

#include "sim/engine/delay_line.hpp"
#include "sim/drivers/cxgbe.hpp"
#include "sim/kernel/ifnet.hpp"

namespace ktlssim {

class Nic final : public Network {
 public:
  Nic(Kernel& kernel, Cxgbe& queues);

  void attach(Socket& so) override;
  void if_output(Socket& so, std::int64_t bytes) override;
  std::vector<Resource> resources(std::int64_t records) const override;

 private:
  void transmit(std::uint64_t tag);
  void at_peer(std::uint64_t tag);
  void delayed_ack(std::uint64_t tag);
  void start_timer(const Socket& so, Time date);
  void ack_arrives(std::uint64_t tag);
  void send_ack(Socket& so);

  Kernel& kernel_;
  Cxgbe& queues_;
  Time way_out_;
  Time way_back_;
  Time link_free_{0};
  DelayLine<&Nic::at_peer, Nic> to_peer_;
  DelayLine<&Nic::ack_arrives, Nic> from_peer_;
  std::int64_t busy_ns_ = 0;  // within the measured window
};

}  // namespace ktlssim
