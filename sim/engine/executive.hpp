// Runs the calendar on top of an engine: strands of plain blocking code, interleaved with hardware callbacks.
//
// A strand runs until it suspends. Whoever suspends fires the following events on its own stack, until one of
// them resumes a strand. Event handlers therefore never block; an exception in one is stored and ends the
// run.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "sim/engine/calendar.hpp"
#include "sim/engine/engine.hpp"

namespace ktlssim {

// Thrown through a strand's code when the run is over. Nothing but the executive catches it.
struct StrandStopped {};

// A law of the model was broken. `what()` shows the state.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What is simulated ends in a panic of the kernel: a prediction, not a fault of the simulator.
class KernelPanic : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Strand {
 public:
  Strand(std::string name, Context* context) : name_(std::move(name)), context_(context) {}
  const std::string& name() const { return name_; }

 private:
  friend class Executive;
  std::string name_;
  Context* context_;
  bool finished_ = false;
};

class Executive {
 public:
  explicit Executive(Engine& engine) : engine_(engine) {}
  Executive(const Executive&) = delete;
  Executive& operator=(const Executive&) = delete;

  Time now() const { return now_; }
  Calendar& calendar() { return calendar_; }

  // Creates a strand; its body starts when it is first resumed.
  Strand& spawn(const std::string& name, int cpu, std::function<void()> body);

  // From an event handler: `strand` goes on now. At most one strand per event.
  void resume(Strand& strand);

  // From a strand: gives way until it is resumed. Throws StrandStopped when the run is over.
  void suspend();

  // From a strand: lets `duration` pass if nothing is due until then, and that instant included; else returns
  // false.
  bool try_advance(Time duration) {
    if (calendar_.next_time() <= now_ + duration) return false;
    now_ += duration;
    return true;
  }

  void move(Strand& strand, int cpu) { engine_.move(*strand.context_, cpu); }

  // True while the run is being torn down: locks are not handed on and nothing may block.
  bool unwinding() const { return unwinding_; }

  // calendar_empty: at the horizon nothing is due any more, so nothing would ever happen again.
  enum class End { horizon, calendar_empty };
  // From the main context: simulates until `horizon`. Rethrows what a strand or a handler threw.
  End run_until(Time horizon);

  // From the main context: unwinds every strand, in order of creation. Idempotent.
  void stop();

  // Time of the last event before the horizon.
  Time last_event() const { return last_event_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t switches() const { return switches_; }

 private:
  void reach_horizon(std::uint64_t);
  void next_strand();
  void hand_over(Context& next);

  Engine& engine_;
  Calendar calendar_;
  Time now_{0};
  Time last_event_{0};
  std::vector<std::unique_ptr<Strand>> strands_;
  Strand* current_ = nullptr;  // null = the main context
  Strand* next_ = nullptr;
  bool to_main_ = false;
  bool unwinding_ = false;
  std::exception_ptr error_;
  std::uint64_t events_ = 0;
  std::uint64_t switches_ = 0;
  Time instant_{-1};
  std::uint64_t events_of_instant_ = 0;
};

}  // namespace ktlssim
