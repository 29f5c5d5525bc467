// A completion queue with interrupt moderation, and the interrupt thread that serves it.
//
// Moderation is a state machine:
//   armed       no entry waits; the next entry starts the hold-off timer
//   timing      the timer runs, started by the first entry after re-arming; enough entries end it early
//   raised      the interrupt has been raised; its thread is on the way
//   in_service  masked; the thread drains entries, those that arrive meanwhile too
// At the exit of the thread the queue is re-armed; where entries wait, the timer starts at once. A queue that
// re-arms first does so before it drains: the timer runs beside the service, and where it goes off meanwhile the
// thread goes through its handler once more. One that another CPU raises (ipi_flight_ns) is re-armed before its thread goes
// to sleep: what comes until then needs no interrupt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "models/units.hpp"
#include "sim/engine/ring.hpp"
#include "sim/kernel/intr_machdep.hpp"
#include "sim/kernel/thread.hpp"

namespace ktlssim {

class Kernel;

// One entry: what happened, to what.
struct Completion {
  std::uint8_t kind = 0;  // the handler's own numbering
  void* object = nullptr;
  std::int64_t value = 0;
  std::int64_t value2 = 0;
};

class CompletionHandler {
 public:
  virtual ~CompletionHandler() = default;
  // One entry, in the interrupt thread.
  virtual void handle(const Completion& completion) = 0;
  // The queue is empty for now; in the interrupt thread, before it leaves.
  virtual void drained() {}
};

class InterruptQueue {
 public:
  enum class State : std::uint8_t { armed, timing, raised, in_service };

  // `enough` entries interrupt before the hold-off is over, 0 = however many.
  InterruptQueue(Kernel& kernel, const std::string& name, InterruptVector vector, Time holdoff,
                 CompletionHandler& handler, std::size_t enough = 0);
  InterruptQueue(const InterruptQueue&) = delete;
  InterruptQueue& operator=(const InterruptQueue&) = delete;

  // Re-arms before it drains, as qat(4) of 2021 does: it reads its status first, for so long.
  void rearm_first(Time status_read) {
    rearm_first_ = true;
    status_read_ = status_read;
  }

  // What-if: it never interrupts. `poller` calls serve(), and where it spins until then it is told of an entry.
  void polled_by(Thread& poller) { poller_ = &poller; }
  bool polled() const { return poller_ != nullptr; }
  // In the poller: serves all entries. Returns whether there was any.
  bool serve();
  std::size_t entries() const { return entries_.size(); }

  // The hardware makes an entry visible.
  void post(const Completion& completion);
  static constexpr std::string_view name(State state) {
    constexpr std::array<std::string_view, 4> kNames{"armed", "timing", "raised", "in service"};
    return kNames[static_cast<std::size_t>(state)];
  }
  State state() const { return state_; }
  const InterruptVector& vector() const { return vector_; }
  Thread& thread() { return *thread_; }
  const Thread& thread() const { return *thread_; }

 private:
  void enter(State state);
  void start_timer();
  void timer_expired(std::uint64_t timer);
  void raise();
  void rearm();
  Time entry_cost() const;
  bool pending();
  void drain();
  [[noreturn]] void interrupt_thread();

  Kernel& kernel_;
  InterruptVector vector_;
  Time holdoff_;
  Time flight_;
  CompletionHandler& handler_;
  std::size_t enough_;
  bool rearm_first_ = false;
  Time status_read_{0};
  bool serving_ = false;
  std::uint64_t timer_ = 0;  // the last one that was started
  State state_ = State::armed;
  Ring<Completion> entries_;
  Thread* thread_;
  Thread* poller_ = nullptr;
};

}  // namespace ktlssim
