// Runs the calendar on top of an engine: strands of plain blocking code, interleaved with hardware callbacks.
//
// A strand runs until it suspends. Whoever suspends fires the following events on its own stack, until the
// alarm of a CPU goes off, at which a strand goes on. Event handlers therefore never block; an exception in
// one is stored and ends the run. Of the same time, events come before alarms, and alarms in the order of
// their CPUs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/engine/alarms.hpp"
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

  // How many CPUs have an alarm; before the first of them is set.
  void set_cpus(int cpus) {
    alarms_.resize(static_cast<std::size_t>(cpus));
    strand_of_.assign(static_cast<std::size_t>(cpus), nullptr);
  }
  // `strand`, which is suspended or is about to suspend, goes on at `time`: the only alarm of `cpu`.
  void resume_at(Time time, int cpu, Strand& strand) {
    strand_of_[static_cast<std::size_t>(cpu)] = &strand;
    alarms_.set(cpu, time);
  }
  void cancel(int cpu) { alarms_.clear(cpu); }

  // From a strand: gives way until it is resumed. Throws StrandStopped when the run is over.
  void suspend() {
    if (unwinding_) throw StrandStopped{};
    Strand* const next = next_strand();
    if (next == current_) return;
    hand_over(next);
    if (unwinding_) throw StrandStopped{};
  }

  // From a strand: lets `duration` pass if nothing is due until then, and that instant included; else returns
  // false.
  bool try_advance(Time duration) {
    if (std::min(calendar_.next_time(), alarms_.next_time()) <= now_ + duration) return false;
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
  // A run that fires more events than this without time passing is in a loop.
  static constexpr std::uint64_t kMaxEventsOfAnInstant = 10'000'000;

  void reach_horizon(std::uint64_t);
  Strand* next_strand();
  // Events and alarms, in the order of time.
  void advance_to(Time time) {
    events_of_instant_ = time == now_ ? events_of_instant_ + 1 : 0;
    if (events_of_instant_ > kMaxEventsOfAnInstant) [[unlikely]]
      throw_livelock();
    now_ = time;
    ++events_;
  }
  [[noreturn]] void throw_livelock() const;
  Context& context_of(const Strand* strand) { return strand == nullptr ? engine_.main() : *strand->context_; }
  void hand_over(Strand* next) {
    ++switches_;
    current_ = next;
    engine_.switch_to(context_of(next), now_);
  }

  Engine& engine_;
  Calendar calendar_;
  Alarms alarms_;
  std::vector<Strand*> strand_of_;  // that the alarm of a CPU is for
  Time now_{0};
  Time last_event_{0};
  std::vector<std::unique_ptr<Strand>> strands_;
  Strand* current_ = nullptr;  // null = the main context
  bool to_main_ = false;
  bool unwinding_ = false;
  std::exception_ptr error_;
  std::uint64_t events_ = 0;
  std::uint64_t switches_ = 0;
  std::uint64_t events_of_instant_ = 0;
};

}  // namespace ktlssim
