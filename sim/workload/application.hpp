// Application threads that keep their connections' send buffers full, with kevent(2) or blocking calls.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <deque>

#include "sim/kernel/socket.hpp"
#include "sim/kernel/tcp.hpp"
#include "sim/workload/workload.hpp"

namespace ktlssim {

class Application final : public Workload {
 public:
  explicit Application(Kernel& kernel);
  bool outstanding() const override;

 private:
  struct AppThread {
    Thread* thread = nullptr;
    Kqueue kqueue;
    Socket* connection = nullptr;  // blocking: the one it serves; null between two
  };

  void serve_kevent(AppThread& self);
  // kevent(2): sleeps until there are events.
  void kevent(AppThread& self, std::deque<Socket*>& events);
  void serve_blocking(AppThread& self, Socket& first);
  // One write or sendfile call. False where it says that the connection has failed.
  bool write(Socket& so, bool nonblocking);
  // Imposed rate: the time has come for another write_bytes.
  void due(std::uint64_t session);
  bool paced() const { return period_ > kNoTime; }
  // Whether there is something to send now.
  bool owes(const Socket& so) const { return !paced() || so.owed_bytes > 0; }
  // The application has seen `so` fail: it opens a new connection in its place, if the workload says so.
  void replace(Socket& so);
  void reconnect(std::uint64_t session);
  // The session's start phase is over.
  void start(std::uint64_t session);

  Kernel& kernel_;
  Tcp tcp_;
  Time period_{0};  // of a session, where a rate is imposed
  std::deque<AppThread> threads_;
};

}  // namespace ktlssim
