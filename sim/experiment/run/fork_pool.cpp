#include "sim/experiment/run/fork_pool.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <system_error>

#include "sim/experiment/platform/heap.hpp"
#include "sim/experiment/platform/lifeline.hpp"
#include "sim/experiment/text/run_result_json.hpp"

namespace ktlssim {

namespace {

// A signal handler can reach nothing but a global.
volatile std::sig_atomic_t g_interrupted = 0;

void note_interrupt(int) { g_interrupted = 1; }

// While it lives, SIGINT, SIGTERM and SIGHUP are noted instead of ending the process, and arrive only within ppoll(). What
// is ignored, as SIGHUP under nohup, stays so.
class InterruptWatch {
 public:
  InterruptWatch() {
    g_interrupted = 0;
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    sigemptyset(&action.sa_mask);
    sigset_t all;
    sigemptyset(&all);
    for (std::size_t i = 0; i < kSignals.size(); ++i) {
      sigaction(kSignals[i], nullptr, &old_[i]);
      if (kSignals[i] != SIGHUP || old_[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
      sigaddset(&all, kSignals[i]);
    }
    sigprocmask(SIG_BLOCK, &all, &old_mask_);
    waiting_mask_ = old_mask_;
    for (const int signal : kSignals) sigdelset(&waiting_mask_, signal);
  }
  ~InterruptWatch() { restore(); }
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

  const sigset_t& waiting_mask() const { return waiting_mask_; }
  void restore() const {
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
    for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &old_[i], nullptr);
  }

 private:
  static constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

  std::array<struct sigaction, kSignals.size()> old_{};
  sigset_t old_mask_{};
  sigset_t waiting_mask_{};
};

using Clock = std::chrono::steady_clock;

struct Child {
  pid_t pid;
  int pipe;
  std::size_t task;
  Clock::time_point started;
  std::string received;
};

RunResult run_guarded(const std::function<RunResult(std::size_t)>& task, std::size_t index) {
  try {
    return task(index);
  } catch (const std::exception& error) {
    return failed_run(error.what());
  }
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

[[noreturn]] void be_child(const std::function<RunResult(std::size_t)>& task, std::size_t index, int pipe,
                           pid_t parent) {
  if (!die_with(parent)) _exit(1);
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole foreground group; the parent decides
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGPIPE, SIG_IGN);
  dup2(STDERR_FILENO, STDOUT_FILENO);
  const bool sent = write_all(pipe, encode(run_guarded(task, index)));
  std::fflush(nullptr);
  _exit(sent ? 0 : 1);
}

Child start(const std::function<RunResult(std::size_t)>& task, std::size_t index,
            const InterruptWatch& watch) {
  int ends[2];
  if (pipe(ends) != 0) throw std::system_error(errno, std::generic_category(), "a pipe to a run (fewer --jobs, or a higher `ulimit -n`)");
  std::fflush(nullptr);  // or the child would print it again
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid == 0) {
    close(ends[0]);
    watch.restore();
    be_child(task, index, ends[1], parent);
  }
  close(ends[1]);
  return {pid, ends[0], index, Clock::now(), {}};
}

int reap(const Child& child) {
  int status = 0;
  while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  close(child.pipe);
  return status;
}

RunResult result_of(const Child& child, int status) {
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return failed_run(fmt::format("killed by signal {} ({})", signal, strsignal(signal)));
  }
  if (WEXITSTATUS(status) != 0) return failed_run(fmt::format("exited with status {}", WEXITSTATUS(status)));
  try {
    return decode_run_result(child.received);
  } catch (const nlohmann::json::exception&) {
    return failed_run("ended without a result");
  }
}

// Whether the child has closed its pipe.
bool receive(Child& child) {
  char buffer[65536];
  const ssize_t got = read(child.pipe, buffer, sizeof buffer);
  if (got < 0) return errno != EINTR && errno != EAGAIN;
  child.received.append(buffer, static_cast<std::size_t>(got));
  return got == 0;
}

void kill_all(std::vector<Child>& children) {
  for (const Child& child : children) kill(child.pid, SIGKILL);
  for (const Child& child : children) reap(child);
  children.clear();
}

bool is_late(const Child& child, const PoolOptions& options, Clock::time_point now) {
  return options.limit.count() > 0 && now - child.started >= options.limit;
}

// Until the next tick, or until the first child is late.
timespec time_to_wait(const std::vector<Child>& children, const PoolOptions& options,
                      Clock::time_point tick) {
  Clock::time_point until = tick;
  if (options.limit.count() > 0)
    for (const Child& child : children) until = std::min(until, child.started + options.limit);
  const auto left = std::max<std::chrono::nanoseconds>(until - Clock::now(), std::chrono::nanoseconds(0));
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  return {static_cast<time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
}

// A child that is no more.
struct Ended {
  Child child;
  int status;
  bool late;
};

// Takes what the children sent, and those out that ended or are late.
std::vector<Ended> take_ended(std::vector<Child>& children, const std::vector<pollfd>& waiting,
                              const PoolOptions& options) {
  std::vector<Ended> all;
  const Clock::time_point now = Clock::now();
  for (std::size_t i = children.size(); i-- > 0;) {
    Child& child = children[i];
    const bool ended = waiting[i].revents != 0 && receive(child);
    if (!ended && !is_late(child, options, now)) continue;
    if (!ended) kill(child.pid, SIGKILL);
    const int status = reap(child);
    all.push_back({std::move(child), status, !ended});
    children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return all;
}

RunResult result_of(const Ended& ended, const PoolOptions& options) {
  if (!ended.late) return result_of(ended.child, ended.status);
  return failed_run(fmt::format("stopped after {} s (--timeout)",
                             std::chrono::duration<double>(options.limit).count()));
}

}  // namespace

NextTask each_below(std::size_t count) {
  return [next = std::size_t{0}, count]() mutable { return next < count ? std::optional(next++) : std::nullopt; };
}

bool run_in_children(const NextTask& next, const PoolOptions& options, const std::function<RunResult(std::size_t)>& task) {
  give_back_unused_memory();
  std::vector<Child> children;
  const InterruptWatch watch;
  Clock::time_point tick = Clock::now();
  bool interrupted = false;
  bool more = true;
  const auto fill = [&] {
    while (more && children.size() < options.jobs) {
      const std::optional<std::size_t> index = next();
      more = index.has_value();
      if (more) children.push_back(start(task, *index, watch));
    }
  };
  try {
    for (fill(); !children.empty();) {
      std::vector<pollfd> waiting;
      for (const Child& child : children) waiting.push_back({child.pipe, POLLIN, 0});
      const timespec timeout = time_to_wait(children, options, tick);
      const int ready = ppoll(waiting.data(), waiting.size(), &timeout, &watch.waiting_mask());
      interrupted = g_interrupted != 0;
      if (interrupted) break;
      if (ready < 0) continue;
      const std::vector<Ended> ended = take_ended(children, waiting, options);
      fill();  // before the results are looked at, lest a CPU waits for that
      if (options.ended)
        for (const Ended& one : ended) options.ended(one.child.task, result_of(one, options));
      if (Clock::now() < tick) continue;
      if (options.ticked) options.ticked();
      tick = Clock::now() + options.tick;
    }
  } catch (...) {
    kill_all(children);
    throw;
  }
  kill_all(children);
  return interrupted;
}

PoolOutcome run_in_children(std::size_t count, const Pool& pool,
                            const std::function<RunResult(std::size_t)>& task) {
  PoolOutcome outcome;
  outcome.results.resize(count);
  PoolOptions options;
  options.jobs = pool.jobs;
  options.limit = pool.limit;
  PoolCounts counts{count, 0, 0};
  if (pool.progress) options.ticked = [&] { pool.progress(counts); };
  options.ended = [&](std::size_t number, RunResult result) {
    ++(result.status == RunStatus::done ? counts.done : counts.failed);
    outcome.results[number] = std::move(result);
    if (pool.progress) pool.progress(counts);
  };
  outcome.interrupted = run_in_children(each_below(count), options, task);
  return outcome;
}

}  // namespace ktlssim
