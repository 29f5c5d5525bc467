// What-if: kernel threads that look for completions instead of being interrupted by them. A thread looks at its queues in
// turn, `look_ns` each, and serves what it finds. When it has found nothing it sleeps for poll_interval_us, or, where
// that is 0, looks again and again: it burns its CPU, and finds an entry one look after it has come.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace ktlssim {

class InterruptQueue;
class Kernel;
struct Thread;

class CompletionPollers {
 public:
  // `threads` of them, named after the device.
  CompletionPollers(Kernel& kernel, const std::string& device, std::int64_t threads);
  CompletionPollers(const CompletionPollers&) = delete;
  CompletionPollers& operator=(const CompletionPollers&) = delete;

  // Before the run begins: the queue no longer interrupts; one of the threads, by turns, serves it.
  void take(InterruptQueue& queue);

 private:
  struct Poller {
    Thread* thread = nullptr;
    std::vector<InterruptQueue*> queues;
  };

  [[noreturn]] void poll(Poller& self);
  bool look(Poller& self);

  Kernel& kernel_;
  std::deque<Poller> pollers_;
  std::size_t taken_ = 0;
};

}  // namespace ktlssim
