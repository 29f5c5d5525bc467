#include "sim/drivers/completion_poller.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/drivers/interrupt_queue.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

CompletionPollers::CompletionPollers(Kernel& kernel, const std::string& device, std::int64_t threads)
    : kernel_(kernel) {
  for (std::int64_t i = 0; i < threads; ++i) {
    Poller& poller = pollers_.emplace_back();
    poller.thread = &kernel.sched.create(fmt::format("{} poll {}", device, i), ThreadClass::crypto, -1,
                                         [this, &poller] { poll(poller); }, "poll");
  }
}

void CompletionPollers::take(InterruptQueue& queue) {
  Poller& poller = pollers_[taken_++ % pollers_.size()];
  if (poller.queues.empty()) kernel_.sched.make_runnable(*poller.thread);
  poller.queues.push_back(&queue);
  queue.polled_by(*poller.thread);
}

bool CompletionPollers::look(Poller& self) {
  bool found = false;
  for (InterruptQueue* const queue : self.queues) {
    kernel_.charge(Function::poll_completions, kernel_.scenario.host.polling.look_ns.ns());
    found = queue->serve() || found;
  }
  return found;
}

void CompletionPollers::poll(Poller& self) {
  const Time interval = from_us(kernel_.scenario.what_if.poll_interval_us);
  const auto waits = [](const InterruptQueue* queue) { return queue->entries() > 0; };
  for (;;) {
    if (look(self)) continue;
    if (interval > kNoTime)
      kernel_.sleep_for(interval, "poll");
    else if (std::ranges::none_of(self.queues, waits))
      kernel_.sched.spin(Function::poll_completions);
  }
}

}  // namespace ktlssim
