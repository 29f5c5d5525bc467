#include "sim/workload/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <boost/random/uniform_int_distribution.hpp>
#include <utility>

#include "sim/engine/random_stream.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/ifnet.hpp"
#include "sim/kernel/kern_event.hpp"
#include "sim/kernel/kern_sendfile.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/kernel/sys_generic.hpp"
#include "sim/kernel/uipc_socket.hpp"

namespace ktlssim {

namespace {

std::int64_t thread_count(const Scenario& scenario) {
  const WorkloadParameters& w = scenario.workload;
  if (w.io == AppIo::blocking) return w.sessions;
  return w.app_threads > 0 ? w.app_threads : std::min(scenario.cpus(), w.sessions);
}

}  // namespace

Application::Application(Kernel& kernel)
    : kernel_(kernel),
      tcp_(kernel),
      has_requests_(kernel.scenario.has_requests()),
      thinking_(kernel.random_stream("think")) {
  const WorkloadParameters& w = kernel.scenario.workload;
  const bool blocking = w.io == AppIo::blocking;
  if (kernel.scenario.ktls.mode == KtlsMode::userland) userland_ = std::make_unique<UserlandTls>(kernel);
  if (w.rate_gbps > 0) period_ = from_ns(static_cast<double>(kernel.scenario.request_bytes() * w.sessions) * 8 / w.rate_gbps);
  if (w.think_us > 0) kernel.clients = this;
  for (const std::size_t group : kernel.scenario.groups_of_sessions())
    kernel.network->attach(open_session(kernel, tcp_, group));
  for (std::int64_t i = 0; i < thread_count(kernel.scenario); ++i) {
    AppThread& app = threads_.emplace_back();
    app.kqueue.selects = w.io == AppIo::poll;
    Socket& so = kernel.sockets[static_cast<std::size_t>(i)];
    app.thread = &kernel.sched.create(
        fmt::format("app {}", i), ThreadClass::application, -1,
        [this, &app, &so] {
          switch (kernel_.scenario.workload.io) {
            case AppIo::blocking:
              return serve_blocking(app, so);
            case AppIo::kevent:
              return serve_kevent(app);
            case AppIo::poll:
              return serve_poll(app);
          }
        },
        blocking ? "start" : kKqread);
    if (!w.numa_silo) continue;
    const auto per_domain = static_cast<int>(kernel.scenario.cpus_per_domain());
    const int domain = blocking ? kernel.numa.port_of(so)
                                : static_cast<int>(i % kernel.scenario.host.numa_domains.count());
    kernel.sched.bind(*app.thread, {domain * per_domain, per_domain});
  }
  auto random = kernel.random_stream("start");
  // Where a rate is imposed, each session begins within its own part of the period.
  const std::int64_t part = paced() ? period_.count() / w.sessions : 0;
  boost::random::uniform_int_distribution<std::int64_t> phase(
      0, paced() ? part : from_us(w.start_spread_us).count());
  for (Socket& so : kernel.sockets) {
    so.app_thread = thread_of(so);
    if (!blocking) so.kqueue = &threads_[so.app_thread].kqueue;
    const Time begin{part * so.index + phase(random)};
    const auto session = static_cast<std::uint64_t>(so.index);
    if (has_requests_)
      kernel.calendar().call_at<&Application::due>(begin, Rank::hardware, this, session);
    else
      kernel.calendar().call_at<&Application::start>(begin, Rank::hardware, this, session);
  }
}

std::size_t Application::thread_of(const Socket& so) const {
  const WorkloadParameters& w = kernel_.scenario.workload;
  const auto session = static_cast<std::size_t>(so.index);
  if (!w.numa_silo || w.io == AppIo::blocking) return session % threads_.size();
  const auto domains = static_cast<std::size_t>(kernel_.scenario.host.numa_domains.count());
  return session / domains % (threads_.size() / domains) * domains + static_cast<std::size_t>(kernel_.numa.port_of(so));
}

void Application::received(Socket& so, Time way_back) {
  if (so.reply_edge < 0 || so.peer_received < so.reply_edge || so.dropped) return;
  so.reply_edge = -1;
  const WorkloadParameters& w = kernel_.scenario.workload;
  const Time asks = kernel_.now() + draw(w.think_law, from_us(w.think_us), thinking_) + way_back;
  kernel_.calendar().call_at<&Application::due>(asks, Rank::hardware, this, static_cast<std::uint64_t>(so.index));
}

void Application::due(std::uint64_t session) {
  Socket& so = kernel_.sockets[session];
  if (so.dropped) return;
  if (paced()) kernel_.calendar().call_at<&Application::due>(kernel_.now() + period_, Rank::hardware, this, session);
  const bool waits = so.owed_bytes == 0;
  so.owed_bytes += kernel_.scenario.request_bytes();
  if (waits) start(session);
}

void Application::start(std::uint64_t session) {
  Socket& so = kernel_.sockets[session];
  AppThread& app = threads_[so.app_thread];
  if (so.kqueue != nullptr) begin(app, so);
  if (so.kqueue == nullptr || app.thread->wchan == kKqread) kernel_.sched.make_runnable(*app.thread);
}

void Application::begin(AppThread& app, Socket& so) {
  if (!app.kqueue.selects)
    app.kqueue.ready.push_back(&so);
  else if (std::ranges::find(app.polled, &so) == app.polled.end())
    app.polled.push_back(&so);
}

bool Application::write(Socket& so, bool nonblocking) {
  const WorkloadParameters& w = kernel_.scenario.workload;
  const ApplicationCosts& costs = kernel_.scenario.host.application;
  kernel_.spend(Function::application, costs.application_ns.ns());
  std::optional<Frame> frame;
  if (userland_ == nullptr) {  // else a call for each record, and more
    frame.emplace(kernel_.sched, "syscall");
    kernel_.spend(Function::syscall, costs.syscall_ns.ns());
  }
  if (has_requests_) kernel_.settle();
  touch(kernel_, so);
  const std::int64_t wanted = has_requests_ ? std::min(w.write_bytes, so.owed_bytes) : w.write_bytes;
  SendResult result;
  if (w.kind == WorkloadKind::sendfile || userland_ != nullptr) {
    if (w.file_bytes > 0 && so.file_offset >= w.file_bytes) so.file_offset = 0;  // of the next file
    const std::int64_t rest = w.file_bytes > 0 ? w.file_bytes - so.file_offset : wanted;
    result = userland_ != nullptr ? userland_->write(so, std::min(wanted, rest), nonblocking)
                                  : vn_sendfile(kernel_, so, std::min(wanted, rest), nonblocking);
  } else {
    result = sosend_generic(kernel_, so, wanted, nonblocking);
    // What is sent next: the first part was read when nobody looked.
    if (w.read_file && result.sent_bytes > 0) sys_read(kernel_, result.sent_bytes, 0);
  }
  if (w.connection_bytes > 0) handshake(so, result.sent_bytes);
  kernel_.settle();
  // soisdisconnected has set SBS_CANTSENDMORE, which sosend and sendfile look at before so_error.
  if (result.error) ++kernel_.tcpstat.epipe_writes;
  if (has_requests_) so.owed_bytes -= result.sent_bytes;
  if (kernel_.clients != nullptr && so.owed_bytes == 0 && result.sent_bytes > 0) {
    so.reply_edge = so.snd_una + so.so_snd.sb_ccc;
    kernel_.network->look_at_client(so);
  }
  kernel_.sched.userret();
  // Where it has requests nothing may be left to send, by which it would learn later.
  return !result.error && !(has_requests_ && so.dropped);
}

void Application::handshake(const Socket& so, std::int64_t bytes) {
  const auto session = static_cast<std::size_t>(so.index);
  if (left_bytes_.size() <= session) left_bytes_.resize(session + 1);
  const std::int64_t each = kernel_.scenario.workload.connection_bytes;
  std::int64_t& left = left_bytes_[session];
  left -= bytes;
  if (left >= 0) return;
  const std::int64_t handshakes = (each - 1 - left) / each;
  left += handshakes * each;
  kernel_.charge(Function::handshake, kernel_.scenario.host.application.handshake_ns.times(handshakes));
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
  if (has_requests_) {
    if (kqueue == nullptr) app.connection = &so;
    due(static_cast<std::uint64_t>(so.index));
  } else if (kqueue == nullptr) {
    app.connection = &so;
  } else {
    begin(app, so);
  }
  if (app.thread->wchan == "connect" || app.thread->wchan == kKqread)
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
    kernel_.sched.sleep(kKqread);
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
      if (!owes(*so) || (userland_ != nullptr && userland_->in_pool(*so))) continue;
      if (so->so_snd.writeable())
        kq.ready.push_back(so);
      else
        so->knote_armed = true;
    }
    events.clear();
  }
}

// The time of the look passes first: what has changed by its end is seen, and so no wakeup is missed.
std::vector<Socket*> Application::pollscan(AppThread& self) {
  const auto wanted = std::ranges::count_if(self.polled, [this](const Socket* so) { return owes(*so); });
  kernel_.charge(Function::pollscan, kernel_.scenario.host.userland.poll_fd_ns.times(wanted));
  std::vector<Socket*> events;
  for (Socket* const so : self.polled) {
    if (!owes(*so)) continue;
    if (so->dropped || so->so_snd.writeable()) events.push_back(so);
    so->knote_armed = true;  // selrecord, for the sleep that follows if there is no event
  }
  return events;
}

void Application::serve_poll(AppThread& self) {
  for (;;) {
    kernel_.spend(Function::syscall, kernel_.scenario.host.application.syscall_ns.ns());
    std::vector<Socket*> events = pollscan(self);
    while (events.empty()) {
      self.kqueue.waiter = self.thread;
      kernel_.sched.sleep(kKqread);
      self.kqueue.waiter = nullptr;
      events = pollscan(self);
    }
    for (Socket* const so : self.polled) so->knote_armed = false;
    kernel_.sched.userret();
    for (Socket* const so : events) {
      if (so->dropped) ++kernel_.tcpstat.eof_events;
      if (write(*so, true)) continue;
      std::erase(self.polled, so);
      replace(*so);
    }
  }
}

// With every connection gone nothing more is to come; otherwise there is always more to send.
bool Application::outstanding() const {
  return std::any_of(kernel_.sockets.begin(), kernel_.sockets.end(),
                     [](const Socket& so) { return !so.dropped; });
}

}  // namespace ktlssim
