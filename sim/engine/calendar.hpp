// The future event list: events leave in the order (time, rank, sequence of insertion).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

// Order of events at the same time: hardware first, then the scheduler, then the steps of threads.
enum class Rank : std::uint8_t { hardware, scheduler, thread };

// What happens: a function, the object it happens to, and a number that tells stale events from live ones.
struct Event {
  using Handler = void (*)(void* object, std::uint64_t tag);

  Time time;
  std::uint64_t order;
  Handler handler;
  void* object;
  std::uint64_t tag;

  void fire() const { handler(object, tag); }
};

class Calendar {
 public:
  // Calls (object->*Method)(tag) at `time`.
  template <auto Method, class T>
  void call_at(Time time, Rank rank, T* object, std::uint64_t tag = 0) {
    push({time, (static_cast<std::uint64_t>(rank) << 56) | sequence_++,
          [](void* o, std::uint64_t t) { (static_cast<T*>(o)->*Method)(t); }, object, tag});
  }

  bool empty() const { return heap_.empty(); }
  std::size_t size() const { return heap_.size(); }
  Time next_time() const { return heap_.empty() ? kNever : heap_.front().time; }

  // Precondition: not empty.
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const Event event = heap_.back();
    heap_.pop_back();
    return event;
  }

 private:
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };

  void push(const Event& event) {
    heap_.push_back(event);
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }

  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
};

}  // namespace ktlssim
