// kern_switch.c: a run queue of up to 256 lists, each of as many neighbouring priorities as the kernel says (RQ_PPQ).
#pragma once

#include <array>
#include <cstdint>

#include "sim/kernel/thread.hpp"

namespace ktlssim {

class RunQueue {
 public:
  // Priorities that share a list; before anybody waits.
  void set_width(int priorities) { per_list_ = (kOne + static_cast<unsigned>(priorities) - 1) / static_cast<unsigned>(priorities); }

  // Priority of who would run next; 256 where nobody waits.
  int best_priority() const { return size_ == 0 ? 256 : head_[first()]->priority; }
  bool empty() const { return size_ == 0; }
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
  static constexpr std::size_t kLists = 256;
  static constexpr std::size_t kWordBits = 64;
  static constexpr unsigned kOne = 1U << 16;

  std::size_t first() const {
    std::size_t word = 0;
    while (occupied_[word] == 0) ++word;
    return word * kWordBits + static_cast<std::size_t>(__builtin_ctzll(occupied_[word]));
  }
  // priority / width by its reciprocal: exact for 256 priorities and up to 64 of them a list.
  std::size_t list_of(const Thread& thread) const {
    return static_cast<std::size_t>(static_cast<unsigned>(thread.priority) * per_list_ / kOne);
  }

  std::array<Thread*, kLists> head_{};
  std::array<Thread*, kLists> tail_{};
  std::array<std::uint64_t, kLists / kWordBits> occupied_{};  // a bit a list
  unsigned per_list_ = kOne / 4;
  int size_ = 0;
  int stealable_ = 0;
};

}  // namespace ktlssim
