// The way from tcp_output to the peer, and of the acknowledgements back.
#pragma once

#include <memory>
#include <vector>

#include "sim/kernel/socket.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

// Those at the other end, where they send requests.
class Clients {
 public:
  virtual ~Clients() = default;
  // The client of `so` has received the stream up to peer_received. What it sends then takes `way_back`.
  virtual void received(Socket& so, Time way_back) = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  // A connection is set up: its window, its receiver.
  virtual void attach(Socket& so) = 0;
  // Takes one burst of the stream, which begins at offset `from`, in the thread that runs tcp_output.
  virtual void if_output(Socket& so, std::int64_t from, std::int64_t bytes) = 0;
  // Clients want to be told of what `so` has received, which may have been before they did.
  virtual void look_at_client(Socket&) {}
  // NIC TLS: for the burst that comes next the NIC reads so many bytes more of `so` from memory, over its PCIe link.
  virtual void read_again(const Socket&, std::int64_t) {}
  // The retransmission timer of `so` has gone off: the thread that takes its acknowledgements calls
  // tcp_timer_rexmt. (In the kernel the softclock thread of a CPU does.)
  virtual void softclock(Socket& so) = 0;
  virtual std::vector<Resource> resources(std::int64_t records) const = 0;
};

}  // namespace ktlssim
