// kern_switch.c: a run queue of up to 256 lists, each of as many neighbouring priorities as the kernel says (RQ_PPQ).
#pragma once

#include <boost/container/small_vector.hpp>

#include "sim/kernel/thread.hpp"

namespace ktlssim {

class RunQueue {
 public:
  // Priorities that share a list; before anybody waits.
  void set_width(int priorities) { per_list_ = (kOne + static_cast<unsigned>(priorities) - 1) / static_cast<unsigned>(priorities); }

  // Priority of who would run next; 256 where nobody waits.
  int best_priority() const { return lists_.empty() ? 256 : front().priority; }
  bool empty() const { return lists_.empty(); }
  int size() const { return size_; }
  // Threads that wait and float, so that another CPU may take them.
  int stealable() const { return stealable_; }

  void insert(Thread& thread, bool at_head);
  // Who would run next. Precondition: not empty.
  Thread& front() const { return *lists_.front().head; }
  // Precondition: `thread` is in it.
  void remove(Thread& thread);
  // The most urgent floating thread that may run on `cpu`; null where there is none.
  Thread* first_stealable(int cpu) const;

 private:
  struct List {
    unsigned number;
    Thread* head;
    Thread* tail;
  };
  using Lists = boost::container::small_vector<List, 4>;

  static constexpr unsigned kOne = 1U << 16;

  // priority / width by its reciprocal: exact for 256 priorities and up to 64 of them a list.
  unsigned list_of(const Thread& thread) const { return static_cast<unsigned>(thread.priority) * per_list_ / kOne; }
  // The list of this number, or where it would stand.
  Lists::iterator find(unsigned number);

  Lists lists_;  // in which somebody waits, the most urgent first: hardly ever more than a few of the 256
  unsigned per_list_ = kOne / 4;
  int size_ = 0;
  int stealable_ = 0;
};

}  // namespace ktlssim
