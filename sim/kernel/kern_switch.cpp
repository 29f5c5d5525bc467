#include "sim/kernel/kern_switch.hpp"

namespace ktlssim {

RunQueue::Lists::iterator RunQueue::find(unsigned number) {
  Lists::iterator list = lists_.begin();
  while (list != lists_.end() && list->number < number) ++list;
  return list;
}

void RunQueue::insert(Thread& thread, bool at_head) {
  const unsigned number = list_of(thread);
  const Lists::iterator list = find(number);
  thread.next_runnable = nullptr;
  if (list == lists_.end() || list->number != number) {
    lists_.insert(list, {number, &thread, &thread});
  } else if (at_head) {
    thread.next_runnable = list->head;
    list->head = &thread;
  } else {
    list->tail->next_runnable = &thread;
    list->tail = &thread;
  }
  ++size_;
  stealable_ += thread.floats() ? 1 : 0;
}

void RunQueue::remove(Thread& thread) {
  const Lists::iterator list = find(list_of(thread));
  Thread* previous = nullptr;
  for (Thread* t = list->head; t != &thread; t = t->next_runnable) previous = t;
  (previous == nullptr ? list->head : previous->next_runnable) = thread.next_runnable;
  if (list->tail == &thread) list->tail = previous;
  if (list->head == nullptr) lists_.erase(list);
  --size_;
  stealable_ -= thread.floats() ? 1 : 0;
}

Thread* RunQueue::first_stealable(int cpu) const {
  for (const List& list : lists_)
    for (Thread* t = list.head; t != nullptr; t = t->next_runnable)
      if (t->floats() && t->cpuset.contains(cpu)) return t;
  return nullptr;
}

}  // namespace ktlssim
