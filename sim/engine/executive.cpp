#include "sim/engine/executive.hpp"

#include <fmt/format.h>

#include <utility>

namespace ktlssim {

Strand& Executive::spawn(const std::string& name, int cpu, std::function<void()> body) {
  auto& strand = *strands_.emplace_back(std::make_unique<Strand>(name, nullptr));
  strand.context_ = &engine_.create(name, cpu, [this, &strand, body = std::move(body)]() -> Context& {
    try {
      if (!unwinding_) body();
    } catch (const StrandStopped&) {
    } catch (...) {
      if (!error_) error_ = std::current_exception();
    }
    strand.finished_ = true;
    if (unwinding_ || error_) return engine_.main();
    return context_of(current_ = next_strand());
  });
  return strand;
}

void Executive::throw_livelock() const {
  throw ModelError(
      fmt::format("livelock: {} events without time passing at {} ns", events_of_instant_, now_.count()));
}

// Fires events until an alarm is due before the next one, or the run is over: then null, the main context.
Strand* Executive::next_strand() {
  try {
    while (!to_main_) {
      const Time alarm = alarms_.next_time();
      if (alarm < calendar_.next_time()) {
        const int cpu = alarms_.pop();
        last_event_ = alarm;
        advance_to(alarm);
        return strand_of_[static_cast<std::size_t>(cpu)];
      }
      if (calendar_.empty()) break;
      const Event event = calendar_.pop();
      if (calendar_.live() > 0) last_event_ = event.time;
      advance_to(event.time);
      event.fire();
    }
  } catch (...) {
    error_ = std::current_exception();
  }
  return nullptr;
}

void Executive::reach_horizon(std::uint64_t) { to_main_ = true; }

Executive::End Executive::run_until(Time horizon) {
  calendar_.call_at<&Executive::reach_horizon>(horizon, Rank::hardware, this);
  to_main_ = false;
  Strand* const next = next_strand();
  if (next != nullptr) hand_over(next);
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  return calendar_.live() == 0 && alarms_.next_time() == kNever ? End::calendar_empty : End::horizon;
}

void Executive::stop() {
  unwinding_ = true;
  for (const auto& strand : strands_) {
    if (strand->finished_) continue;
    hand_over(strand.get());
  }
  current_ = nullptr;
}

}  // namespace ktlssim
