// The future event list: events leave in the order (time, rank, sequence of insertion).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/units.hpp"

namespace ktlssim {

// Order of events at the same time: hardware first, then the scheduler. `lapse` is for timers that change
// something only if threads run anyway, such as the end of a slice.
enum class Rank : std::uint8_t { hardware, scheduler, lapse };

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
  // A time together with the order among the events of that time.
  struct Slot {
    Time time;
    std::uint64_t order;
  };

  // The place that an event put in now would get. The event itself may follow later, as long as nothing
  // beyond that place has left the calendar.
  Slot reserve(Time time, Rank rank) {
    return {time, (static_cast<std::uint64_t>(rank) << kRankShift) | sequence_++};
  }

  // Calls (object->*Method)(tag) at `place`.
  template <auto Method, class T>
  void call_at(Slot place, T* object, std::uint64_t tag = 0) {
    live_ += lapses(place.order) ? 0 : 1;
    push(place.time, place.order, [](void* o, std::uint64_t t) { (static_cast<T*>(o)->*Method)(t); }, object, tag);
  }
  // Calls (object->*Method)(tag) at `time`.
  template <auto Method, class T>
  void call_at(Time time, Rank rank, T* object, std::uint64_t tag = 0) {
    call_at<Method>(reserve(time, rank), object, tag);
  }

  bool empty() const { return near_count_ == 0; }
  // Events that can start something by themselves.
  std::size_t live() const { return live_; }
  // kNever where there is none.
  Time next_time() const { return next_time_; }

  // Precondition: not empty.
  Event pop() {
    const Event& first = near_[--near_count_];
    // Member by member, as it is used: a copy as a whole would go through memory.
    const Event event{first.time, first.order, first.handler, first.object, first.tag};
    live_ -= lapses(event.order) ? 0 : 1;
    if (near_count_ == 0 && !heap_.empty()) [[unlikely]]
      refill();
    next_time_ = near_count_ == 0 ? kNever : near_[near_count_ - 1].time;
    return event;
  }

 private:
  static constexpr unsigned kRankShift = 56;
  static constexpr std::size_t kChildren = 4;
  static constexpr std::size_t kNear = 32;

  static bool lapses(std::uint64_t order) {
    return order >> kRankShift == static_cast<std::uint64_t>(Rank::lapse);
  }

  using Key = unsigned __int128;
  static Key key_of(Time time, std::uint64_t order) {
    return static_cast<Key>(static_cast<std::uint64_t>(time.count())) << 64 | order;
  }
  static Key key_of(const Event& event) { return key_of(event.time, event.order); }
  static bool earlier(const Event& a, const Event& b) { return key_of(a) < key_of(b); }

  void push(Time time, std::uint64_t order, Event::Handler handler, void* object, std::uint64_t tag) {
    if (near_count_ == kNear) [[unlikely]]
      spill();
    const Key key = key_of(time, order);
    if (!heap_.empty() && key > key_of(near_[0])) {
      push_heap({time, order, handler, object, tag});
      return;
    }
    std::size_t hole = near_count_++;
    for (; hole > 0 && key > key_of(near_[hole - 1]); --hole) near_[hole] = near_[hole - 1];
    Event& place = near_[hole];
    place.time = time;  // as in pop()
    place.order = order;
    place.handler = handler;
    place.object = object;
    place.tag = tag;
    next_time_ = near_[near_count_ - 1].time;
  }

  // What is rare is kept out of push() and pop(), which are to be short.

  // Half of the near events, the later ones, go to the heap.
  [[gnu::noinline]] void spill() {
    for (std::size_t i = 0; i < kNear / 2; ++i) push_heap(near_[i]);
    std::copy(near_.begin() + kNear / 2, near_.end(), near_.begin());
    near_count_ -= kNear / 2;
  }

  [[gnu::noinline]] void refill() {
    near_count_ = std::min(kNear / 4, heap_.size());
    for (std::size_t i = near_count_; i > 0; --i) near_[i - 1] = pop_heap();
  }

  [[gnu::noinline]] void push_heap(const Event& event) {
    heap_.push_back(event);
    rise(heap_.size() - 1, event);
  }

  // Puts `event` into the hole, or above it.
  void rise(std::size_t hole, const Event& event) {
    while (hole > 0) {
      const std::size_t parent = (hole - 1) / kChildren;
      if (!earlier(event, heap_[parent])) break;
      heap_[hole] = heap_[parent];
      hole = parent;
    }
    heap_[hole] = event;
  }

  // The hole of the first event sinks to a leaf, where the last event takes it: that one belongs near the
  // leaves anyway.
  Event pop_heap() {
    const Event top = heap_.front();
    const Event last = heap_.back();
    heap_.pop_back();
    const std::size_t size = heap_.size();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < size; child = hole * kChildren + 1) {
      std::size_t best = child;
      if (child + kChildren <= size) {
        const std::size_t left = child + (earlier(heap_[child + 1], heap_[child]) ? 1 : 0);
        const std::size_t right = child + 2 + (earlier(heap_[child + 3], heap_[child + 2]) ? 1 : 0);
        best = earlier(heap_[right], heap_[left]) ? right : left;
      } else {
        for (++child; child < size; ++child) best = earlier(heap_[child], heap_[best]) ? child : best;
      }
      heap_[hole] = heap_[best];
      hole = best;
    }
    if (size > 0) rise(hole, last);
    return top;
  }

  // The earliest events, the earliest last, and all others. Most events are due soon and leave from here,
  // whatever far timers the heap holds. Empty only where the heap is.
  std::array<Event, kNear> near_;
  std::size_t near_count_ = 0;
  Time next_time_ = kNever;
  std::vector<Event> heap_;
  std::uint64_t sequence_ = 0;
  std::size_t live_ = 0;
};

}  // namespace ktlssim
