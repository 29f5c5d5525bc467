// uipc_sockbuf.c: the send buffer, and the in-order release of records that become ready in any order.
#pragma once

#include "sim/kernel/mbuf.hpp"
#include "sim/kernel/socket.hpp"

namespace ktlssim {

class Kernel;

// Appends a chain of not-ready records.
void sbappendstream(Socket& so, Mbuf& top);
// Marks `records` records from `m` on ready. Returns whether the head of the not-ready data moved, that is
// whether TCP has more to send; false is the kernel's EINPROGRESS: an earlier record still holds these back.
bool sbready(Kernel& k, Socket& so, Mbuf& m, int records);
// Frees `bytes` acknowledged bytes from the head.
void sbdrop(Kernel& k, Socket& so, std::int64_t bytes);
// The connection has gone: frees what is ready. Records that are not ready belong to the crypto path.
void sbflush(Kernel& k, Socket& so);
// tcp_sndbuf_autoscale: a larger buffer where it is nearly full and the peer would take more.
void sbautosize(Kernel& k, Socket& so);
// There may be space: wakes who waits for it.
void sowwakeup(Kernel& k, Socket& so);

}  // namespace ktlssim
