// kern_sendfile.c: file pages on their way into a TLS socket, resident ones and ones that come from disk.
#pragma once

#include "sim/kernel/uipc_socket.hpp"

namespace ktlssim {

// struct sf_io: one pass of a sendfile call, whose pages come from disk. Holds a socket reference, which it
// hands on to ktls_enqueue.
struct SfIo {
  Mbuf* m = nullptr;
  Socket* so = nullptr;
  int npages = 0;
};

// sendfile(2) of `bytes` from so.file_offset on, which it advances. Blocks for space unless `nonblocking`. A
// pass whose pages are resident is queued for encryption at once, another one by sendfile_iodone: batches of
// a connection then reach the worker out of order.
SendResult vn_sendfile(Kernel& k, Socket& so, std::int64_t bytes, bool nonblocking);

// The last page of the pass has come, in the disk's interrupt thread.
void sendfile_iodone(Kernel& k, const SfIo& sfio);

}  // namespace ktlssim
