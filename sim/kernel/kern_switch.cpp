#include "sim/kernel/kern_switch.hpp"

namespace ktlssim {

void RunQueue::insert(Thread& thread, bool at_head) {
  const auto q = list_of(thread);
  thread.next_runnable = nullptr;
  if (head_[q] == nullptr) {
    head_[q] = tail_[q] = &thread;
  } else if (at_head) {
    thread.next_runnable = head_[q];
    head_[q] = &thread;
  } else {
    tail_[q]->next_runnable = &thread;
    tail_[q] = &thread;
  }
  occupied_[q / kWordBits] |= 1ULL << q % kWordBits;
  ++size_;
  stealable_ += thread.floats() ? 1 : 0;
}

void RunQueue::remove(Thread& thread) {
  const auto q = list_of(thread);
  Thread* previous = nullptr;
  for (Thread* t = head_[q]; t != &thread; t = t->next_runnable) previous = t;
  (previous == nullptr ? head_[q] : previous->next_runnable) = thread.next_runnable;
  if (tail_[q] == &thread) tail_[q] = previous;
  if (head_[q] == nullptr) occupied_[q / kWordBits] &= ~(1ULL << q % kWordBits);
  --size_;
  stealable_ -= thread.floats() ? 1 : 0;
}

Thread* RunQueue::first_stealable(int cpu) const {
  for (std::size_t word = 0; word < occupied_.size(); ++word)
    for (std::uint64_t lists = occupied_[word]; lists != 0; lists &= lists - 1)
      for (Thread* t = head_[word * kWordBits + static_cast<std::size_t>(__builtin_ctzll(lists))]; t != nullptr;
           t = t->next_runnable)
        if (t->floats() && t->cpuset.contains(cpu)) return t;
  return nullptr;
}

}  // namespace ktlssim
