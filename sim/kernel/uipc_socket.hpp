// uipc_socket.c: how an application hands data to a TLS socket.
#pragma once

#include <cstdint>

#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;

void soref(Kernel& k, Socket& so);
// `holders` counts who holds such a reference, and goes down with it: the lock of 2021 lets others in before and after.
void sorele(Kernel& k, Socket& so, std::int64_t& holders);

// What a write came to. `error`: the connection has failed (EIO for the application).
struct SendResult {
  std::int64_t sent_bytes = 0;
  bool error = false;
};

// send(2) of `bytes`: copies them into anonymous pages. Blocks for space unless `nonblocking`.
SendResult sosend_generic(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking);

// write(2) of what is left of a record that the application has sealed: copies it into plain mbufs, which TCP sends at
// once. Blocks for space unless `nonblocking`. Returns whether all of it was written; `record` is the socket's then, and
// counts as ready. Else its wire_bytes are what is left.
bool sosend_sealed(Kernel& k, Socket& so, Mbuf& record, bool nonblocking);

// A chain of unmapped mbufs, each of which becomes a record.
struct RecordChain {
  Mbuf* top = nullptr;
  Mbuf* tail = nullptr;

  void append(Kernel& k, std::int64_t payload_bytes, std::int64_t npgs, bool file_backed);
};

// Space in the send buffer, at most the `wanted` bytes; 0 if there is none now and the caller does not wait,
// or if the connection has failed.
std::int64_t sbwait_space(Kernel& k, Socket& so, std::int64_t wanted, bool nonblocking);

// pr_send of a framed chain. Where KTLS encrypts in software, with PRUS_NOTREADY, which only appends it to
// the send buffer; else TCP sends it at once. False if the connection has failed; the chain is freed then.
bool pr_send(Kernel& k, Socket& so, Mbuf& top);

}  // namespace ktlssim
