// A place where one thread sleeps until it is woken, as in sleep(9) and wakeup(9). All waiting of the twin
// happens here, and its costs are measured here, so that both are of one kind.
#pragma once

#include <condition_variable>
#include <mutex>

namespace ktlssim {

class Sleeper {
 public:
  // Returns at once if it was woken since it last slept.
  void sleep() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return woken_; });
    woken_ = false;
  }
  void wake() {
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
    }
    changed_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = false;
};

}  // namespace ktlssim
