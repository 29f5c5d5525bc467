// TLS in user mode: SSL_write(3) of an application, a record at a time. Each is read from its file where there is one,
// copied, encrypted by the CPU that is at hand while it is in the cache, and written to a plain socket. What a socket
// does not take stays with the application, which goes on with it at the next call.
//
// With a pool (/ktls/userland_threads) its threads read and encrypt. The application hands a record over, serves other
// sockets, and is told through its kqueue when the record is there to be written.
#pragma once

#include <deque>
#include <vector>

#include "sim/kernel/uipc_socket.hpp"

namespace ktlssim {

class UserlandTls {
 public:
  explicit UserlandTls(Kernel& kernel);
  UserlandTls(const UserlandTls&) = delete;
  UserlandTls& operator=(const UserlandTls&) = delete;

  // Seals and writes up to `bytes`, in records; sent_bytes is the payload of the records that are written whole. In an
  // application thread.
  SendResult write(Socket& so, std::int64_t bytes, bool nonblocking);
  // A record of it went to the pool, and the application has not come back for it.
  bool in_pool(const Socket& so) const;

 private:
  struct Connection {
    Mbuf* sealed = nullptr;  // what is left to be written of one record
    std::int64_t wanted_bytes = 0;
    bool in_pool = false;
  };

  Connection& connection(const Socket& so);
  void seal(Socket& so, std::int64_t bytes);
  void hand_over(Socket& so, std::int64_t bytes);
  void hand_back(Socket& so);
  [[noreturn]] void pool_thread(Thread& self);

  Kernel& kernel_;
  const bool pooled_;
  std::deque<Connection> connections_;  // by socket
  std::deque<Socket*> jobs_;
  std::vector<Thread*> idle_;
};

}  // namespace ktlssim
