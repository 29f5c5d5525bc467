// tcp_usrreq.c, tcp_output.c, tcp_input.c as the send path meets them.
#pragma once

#include <cstdint>

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

 private:
  Kernel& kernel_;
};

// Sends what is ready and the peer's window allows, in bursts. Caller holds the inpcb lock.
void tcp_output(Kernel& k, Socket& so);
// An acknowledgement of the stream up to `ack`, with a window up to `wnd_edge`: frees the send buffer, wakes
// the writer, sends more. In the interrupt or netisr thread.
void tcp_input_ack(Kernel& k, Socket& so, std::int64_t ack, std::int64_t wnd_edge);

}  // namespace ktlssim
