// Application threads that keep their connections' send buffers full, with kevent(2) or blocking calls.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/socket.hpp"
#include "sim/kernel/tcp.hpp"
#include "sim/workload/userland_tls.hpp"
#include "sim/workload/workload.hpp"

namespace ktlssim {

class Application final : public Workload, public Clients {
 public:
  explicit Application(Kernel& kernel);
  bool outstanding() const override;
  // Thinks once it has its whole reply, then asks for the next.
  void received(Socket& so, Time way_back) override;

 private:
  struct AppThread {
    Thread* thread = nullptr;
    Kqueue kqueue;
    Socket* connection = nullptr;  // blocking: the one it serves; null between two
    std::vector<Socket*> polled;   // poll: those that have begun
  };

  void serve_kevent(AppThread& self);
  // poll(2): looks at every socket that is to send, again after each wakeup.
  void serve_poll(AppThread& self);
  std::vector<Socket*> pollscan(AppThread& self);
  // kevent(2): sleeps until there are events.
  void kevent(AppThread& self, std::deque<Socket*>& events);
  void serve_blocking(AppThread& self, Socket& first);
  // One write or sendfile call. False where it says that the connection has failed.
  bool write(Socket& so, bool nonblocking);
  // A request: of the client, or because its time has come at the rate imposed.
  void due(std::uint64_t session);
  bool paced() const { return period_ > kNoTime; }
  // Whether there is something to send now.
  bool owes(const Socket& so) const { return !has_requests_ || so.owed_bytes > 0; }
  // Of all threads, the one that serves a session.
  std::size_t thread_of(const Socket& so) const;
  // The application has seen `so` fail: it opens a new connection in its place, if the workload says so.
  void replace(Socket& so);
  // read(2) of the part of the file that is to be sent.
  // The handshakes of connections that begin with these bytes of a session.
  void handshake(const Socket& so, std::int64_t bytes);
  void reconnect(std::uint64_t session);
  // A session has something to send for the first time, or again where a rate is imposed.
  static void begin(AppThread& app, Socket& so);
  // The session's start phase is over.
  void start(std::uint64_t session);

  Kernel& kernel_;
  Tcp tcp_;
  std::unique_ptr<UserlandTls> userland_;  // where the application encrypts
  const bool has_requests_;
  Time period_{0};  // of a session, where a rate is imposed
  boost::random::mt19937_64 thinking_;
  std::deque<AppThread> threads_;
  std::vector<std::int64_t> left_bytes_;  // of the connection that each session has
};

}  // namespace ktlssim
