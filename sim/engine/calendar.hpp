// The future event list: events leave in the order (time, rank, sequence of insertion).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

// Order of events at the same time: hardware first, then the scheduler, then the steps of threads. `lapse` is
// for timers that change something only if threads run anyway, such as the end of a slice.
enum class Rank : std::uint8_t { hardware, scheduler, lapse, thread };

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
    live_ += rank == Rank::lapse ? 0 : 1;
    push({time, (static_cast<std::uint64_t>(rank) << kRankShift) | sequence_++,
          [](void* o, std::uint64_t t) { (static_cast<T*>(o)->*Method)(t); }, object, tag});
  }

  bool empty() const { return heap_.empty(); }
  // Events that can start something by themselves.
  std::size_t live() const { return live_; }
  Time next_time() const { return heap_.empty() ? kNever : heap_.front().time; }

  // Precondition: not empty.
  Event pop() {
    std::pop_heap(heap_.begin(), heap_.end(), Later{});
    const Event event = heap_.back();
    heap_.pop_back();
    live_ -= event.order >> kRankShift == static_cast<std::uint64_t>(Rank::lapse) ? 0 : 1;
    return event;
  }

 private:
  static constexpr unsigned kRankShift = 56;

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
  std::size_t live_ = 0;
};

}  // namespace ktlssim
