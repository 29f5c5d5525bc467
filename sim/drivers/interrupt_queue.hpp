// A completion queue with interrupt moderation, and the interrupt thread that serves it.
//
// Moderation is a state machine:
//   armed       no entry waits; the next entry starts the hold-off timer
//   timing      the timer runs, started by the first entry after re-arming; enough entries end it early
//   raised      the interrupt has been raised; its thread is on the way
//   in_service  masked; the thread drains entries, those that arrive meanwhile too
// At the exit of the thread the queue is re-armed; where entries wait, the timer starts at once.
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "models/units.hpp"
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
};

class InterruptQueue {
 public:
  enum class State { armed, timing, raised, in_service };

  // `enough` entries interrupt before the hold-off is over, 0 = however many.
  InterruptQueue(Kernel& kernel, const std::string& name, InterruptVector vector, Time holdoff,
                 CompletionHandler& handler, std::size_t enough = 0);
  InterruptQueue(const InterruptQueue&) = delete;
  InterruptQueue& operator=(const InterruptQueue&) = delete;

  // The hardware makes an entry visible.
  void post(const Completion& completion);
  State state() const { return state_; }
  const InterruptVector& vector() const { return vector_; }
  Thread& thread() { return *thread_; }
  const Thread& thread() const { return *thread_; }

 private:
  void start_timer();
  void timer_expired(std::uint64_t timer);
  void raise();
  void rearm();
  bool pending();
  [[noreturn]] void interrupt_thread();

  Kernel& kernel_;
  InterruptVector vector_;
  Time holdoff_;
  CompletionHandler& handler_;
  std::size_t enough_;
  std::uint64_t timer_ = 0;  // the last one that was started
  State state_ = State::armed;
  std::deque<Completion> entries_;
  Thread* thread_;
};

}  // namespace ktlssim
