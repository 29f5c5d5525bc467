// tcp_usrreq.c, tcp_output.c, tcp_input.c as the send path meets them.
#pragma once

#include <cstdint>

#include "models/tcp_segments.hpp"
#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;

class Tcp final : public Protocol {
 public:
  explicit Tcp(Kernel& kernel) : kernel_(kernel) {}
  // tcp_usr_ready
  void pr_ready(Socket& so, Mbuf& m, int records) override;
  // tcp_usr_abort and so_error = EIO
  void pr_abort(Socket& so) override;
  // The retransmission timer's event is to come at `date`.
  void await_rexmt(const Socket& so, Time date);

 private:
  void rexmt_due(std::uint64_t session);

  Kernel& kernel_;
};

// DELAY_ACK: whether the acknowledgement of a segment may wait. It does not once one waits already, that is at each
// second segment, nor for what LRO has put together.
inline bool delay_ack(const SegmentSizes& sizes, std::int64_t bytes, bool one_waits) {
  return !one_waits && bytes <= sizes.maxseg_bytes;
}

// Sends what is ready and the peer's window allows, in bursts. Caller holds the inpcb lock.
void tcp_output(Kernel& k, Socket& so);
// An acknowledgement of the stream up to `ack`, with a window up to `wnd_edge`: frees the send buffer, wakes
// the writer, sends more. `hole_end`: the peer has bytes from there on, and none between `ack` and it; 0 = it has no
// hole. In the interrupt or netisr thread.
void tcp_input_ack(Kernel& k, Socket& so, std::int64_t ack, std::int64_t wnd_edge, std::int64_t hole_end = 0);
// Nothing was acknowledged for so long: sends again from snd_una on, in slow start.
void tcp_timer_rexmt(Kernel& k, Socket& so);

}  // namespace ktlssim
