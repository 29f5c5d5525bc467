// kern_switch.c: a run queue of 64 lists, four priorities each.
#pragma once

#include <array>
#include <cstdint>

#include "sim/kernel/thread.hpp"

namespace ktlssim {

class RunQueue {
 public:
  static constexpr int kPrioritiesPerQueue = 4;  // RQ_PPQ

  // Priority of who would run next; 256 where nobody waits.
  int best_priority() const { return occupied_ == 0 ? 256 : head_[first()]->priority; }
  bool empty() const { return occupied_ == 0; }
  int size() const { return size_; }
  // Threads that wait and float, so that another CPU may take them.
  int stealable() const { return stealable_; }

  void insert(Thread& thread, bool at_head);
  // Who would run next. Precondition: not empty.
  Thread& front() const { return *head_[first()]; }
  // Precondition: `thread` is in it.
  void remove(Thread& thread);
  // The most urgent floating thread that may run on `cpu`; null where there is none.
  Thread* first_stealable(int cpu) const;

 private:
  static constexpr int kQueues = 64;

  std::size_t first() const { return static_cast<std::size_t>(__builtin_ctzll(occupied_)); }
  static std::size_t list_of(const Thread& thread) {
    return static_cast<std::size_t>(thread.priority / kPrioritiesPerQueue);
  }

  std::array<Thread*, kQueues> head_{};
  std::array<Thread*, kQueues> tail_{};
  std::uint64_t occupied_ = 0;  // a bit a list
  int size_ = 0;
  int stealable_ = 0;
};

}  // namespace ktlssim
