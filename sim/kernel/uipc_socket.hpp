// uipc_socket.c and kern_sendfile.c: how an application hands data to a TLS socket.
#pragma once

#include <cstdint>

#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;

void soref(Kernel& k, Socket& so);
void sorele(Kernel& k, Socket& so);

// What a write came to. `error`: the connection has failed (EIO for the application).
struct SendResult {
  std::int64_t sent_bytes = 0;
  bool error = false;
};

// send(2) of `bytes`: copies them into anonymous pages. Blocks for space unless `nonblocking`.
SendResult sosend_generic(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking);
// sendfile(2) of `bytes` of resident file pages. Blocks for space unless `nonblocking`.
SendResult vn_sendfile(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking);

}  // namespace ktlssim
