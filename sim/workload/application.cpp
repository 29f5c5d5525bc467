#include "sim/workload/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/random/uniform_int_distribution.hpp>
#include <utility>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/kern_sendfile.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/uipc_socket.hpp"

namespace ktlssim {

namespace {

std::int64_t thread_count(const Scenario& scenario) {
  const WorkloadParameters& w = scenario.workload;
  if (w.io == AppIo::blocking) return w.sessions;
  return w.app_threads > 0 ? w.app_threads : std::min(scenario.cpus(), w.sessions);
}

}  // namespace

Application::Application(Kernel& kernel) : kernel_(kernel), tcp_(kernel) {
  const WorkloadParameters& w = kernel.scenario.workload;
  const bool blocking = w.io == AppIo::blocking;
  if (w.rate_gbps > 0) period_ = from_ns(static_cast<double>(w.write_bytes * w.sessions) * 8 / w.rate_gbps);
  for (std::int64_t i = 0; i < w.sessions; ++i)
    kernel.network->attach(open_session(kernel, tcp_, kernel.scenario.group_of(i)));
  for (std::int64_t i = 0; i < thread_count(kernel.scenario); ++i) {
    AppThread& app = threads_.emplace_back();
    Socket& so = kernel.sockets[static_cast<std::size_t>(i)];
    app.thread = &kernel.sched.create(
        fmt::format("app {}", i), ThreadClass::application, -1,
        [this, &app, &so, blocking] {
          if (blocking)
            serve_blocking(app, so);
          else
            serve_kevent(app);
        },
        blocking ? "start" : "kqread");
  }
  auto random = kernel.random_stream("start");
  // Where a rate is imposed, each session begins within its own part of the period.
  const std::int64_t part = paced() ? period_.count() / w.sessions : 0;
  boost::random::uniform_int_distribution<std::int64_t> phase(
      0, paced() ? part : from_us(w.start_spread_us).count());
  for (Socket& so : kernel.sockets) {
    so.app_thread = static_cast<std::size_t>(so.index) % threads_.size();
    if (!blocking) so.kqueue = &threads_[so.app_thread].kqueue;
    const Time begin{part * so.index + phase(random)};
    const auto session = static_cast<std::uint64_t>(so.index);
    if (paced())
      kernel.calendar().call_at<&Application::due>(begin, Rank::hardware, this, session);
    else
      kernel.calendar().call_at<&Application::start>(begin, Rank::hardware, this, session);
  }
}

void Application::due(std::uint64_t session) {
  Socket& so = kernel_.sockets[session];
  if (so.dropped) return;
  kernel_.calendar().call_at<&Application::due>(kernel_.now() + period_, Rank::hardware, this, session);
  const bool waits = so.owed_bytes == 0;
  so.owed_bytes += kernel_.scenario.workload.write_bytes;
  if (waits) start(session);
}

void Application::start(std::uint64_t session) {
  Socket& so = kernel_.sockets[session];
  Thread& thread = *threads_[so.app_thread].thread;
  if (so.kqueue != nullptr) so.kqueue->ready.push_back(&so);
  if (so.kqueue == nullptr || thread.wchan == "kqread") kernel_.sched.make_runnable(thread);
}

bool Application::write(Socket& so, bool nonblocking) {
  const WorkloadParameters& w = kernel_.scenario.workload;
  const ApplicationCosts& costs = kernel_.scenario.host.application;
  kernel_.spend(Function::application, costs.application_ns.ns());
  const Frame frame(kernel_.sched, "syscall");
  kernel_.spend(Function::syscall, costs.syscall_ns.ns());
  if (paced()) kernel_.settle();
  const std::int64_t wanted = paced() ? std::min(w.write_bytes, so.owed_bytes) : w.write_bytes;
  SendResult result;
  if (w.kind == WorkloadKind::sendfile) {
    if (w.file_bytes > 0 && so.file_offset >= w.file_bytes) so.file_offset = 0;  // of the next file
    const std::int64_t rest = w.file_bytes > 0 ? w.file_bytes - so.file_offset : wanted;
    result = vn_sendfile(kernel_, so, std::min(wanted, rest), nonblocking);
  } else {
    result = sosend_generic(kernel_, so, wanted, nonblocking);
  }
  kernel_.settle();
  // soisdisconnected has set SBS_CANTSENDMORE, which sosend and sendfile look at before so_error.
  if (result.error) ++kernel_.tcpstat.epipe_writes;
  if (paced()) so.owed_bytes -= result.sent_bytes;
  kernel_.sched.userret();
  // Where a rate is imposed nothing may be left to send, by which it would learn later.
  return !result.error && !(paced() && so.dropped);
}

void Application::serve_blocking(AppThread& self, Socket& first) {
  self.connection = &first;
  for (;;) {
    while (self.connection == nullptr) kernel_.sched.sleep("connect");
    while (!owes(*self.connection)) kernel_.sched.sleep("nanslp");
    if (!write(*self.connection, false)) replace(*std::exchange(self.connection, nullptr));
  }
}

void Application::replace(Socket& so) {
  const double after_us = kernel_.scenario.workload.reconnect_us;
  if (after_us <= 0) return;
  kernel_.calendar().call_at<&Application::reconnect>(kernel_.now() + from_us(after_us), Rank::hardware, this,
                                                      static_cast<std::uint64_t>(so.index));
}

// The new connection has its own flow id, so perhaps another worker and receive queue.
void Application::reconnect(std::uint64_t failed) {
  Kqueue* const kqueue = kernel_.sockets[failed].kqueue;
  Socket& so = open_session(kernel_, tcp_, kernel_.sockets[failed].group);
  kernel_.network->attach(so);
  so.app_thread = kernel_.sockets[failed].app_thread;
  AppThread& app = threads_[so.app_thread];
  so.kqueue = kqueue;
  if (paced()) {
    if (kqueue == nullptr) app.connection = &so;
    due(static_cast<std::uint64_t>(so.index));
  } else if (kqueue == nullptr) {
    app.connection = &so;
  } else {
    kqueue->ready.push_back(&so);
  }
  if (app.thread->wchan == "connect" || app.thread->wchan == "kqread")
    kernel_.sched.make_runnable(*app.thread);
}

void Application::kevent(AppThread& self, std::deque<Socket*>& events) {
  const ApplicationCosts& costs = kernel_.scenario.host.application;
  const Frame frame(kernel_.sched, "syscall");
  Kqueue& kq = self.kqueue;
  kernel_.spend(Function::syscall, costs.syscall_ns.ns());
  kernel_.charge(Function::kevent, costs.kevent_ns.ns());
  while (kq.ready.empty()) {
    kq.waiter = self.thread;
    kernel_.sched.sleep("kqread");
    kq.waiter = nullptr;
  }
  events.swap(kq.ready);
  kernel_.charge(Function::kevent, costs.kevent_event_ns.ns() * static_cast<std::int64_t>(events.size()));
  kernel_.sched.userret();
}

void Application::serve_kevent(AppThread& self) {
  Kqueue& kq = self.kqueue;
  std::deque<Socket*> events;
  for (;;) {
    kevent(self, events);
    for (Socket* const so : events) {
      if (so->dropped) ++kernel_.tcpstat.eof_events;
      if (!write(*so, true)) {
        replace(*so);
        continue;
      }
      if (!owes(*so)) continue;
      if (so->so_snd.writeable())
        kq.ready.push_back(so);
      else
        so->knote_armed = true;
    }
    events.clear();
  }
}

// With every connection gone nothing more is to come; otherwise there is always more to send.
bool Application::outstanding() const {
  return std::any_of(kernel_.sockets.begin(), kernel_.sockets.end(),
                     [](const Socket& so) { return !so.dropped; });
}

}  // namespace ktlssim
