#include "sim/experiment/mechanism/work_queue.hpp"

#include <utility>

namespace ktlssim {

void WorkQueue::enqueue(TwinRecord& record) {
  record.next = nullptr;
  bool running = false;
  {
    const std::lock_guard lock(mutex_);
    (head_ == nullptr ? head_ : tail_->next) = &record;
    tail_ = &record;
    running = running_;
  }
  if (!running) sleeper_.wake();
}

TwinRecord* WorkQueue::take() {
  std::unique_lock lock(mutex_);
  while (head_ == nullptr) {
    if (stopped_) return nullptr;
    running_ = false;
    lock.unlock();
    sleeper_.sleep();
    lock.lock();
  }
  running_ = true;
  return std::exchange(head_, nullptr);
}

void WorkQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  sleeper_.wake();
}

}  // namespace ktlssim
