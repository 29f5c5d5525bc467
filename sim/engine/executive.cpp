#include "sim/engine/executive.hpp"

#include <fmt/format.h>

#include <utility>

namespace ktlssim {

namespace {
// A run that fires more events than this without time passing is in a loop.
constexpr std::uint64_t kMaxEventsOfAnInstant = 10'000'000;
}  // namespace

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
    next_strand();
    if (to_main_) return engine_.main();
    current_ = std::exchange(next_, nullptr);
    return *current_->context_;
  });
  return strand;
}

void Executive::resume(Strand& strand) {
  if (next_ != nullptr)
    throw ModelError("two strands resumed by one event: " + next_->name() + ", " + strand.name());
  next_ = &strand;
}

// Fires events until one resumes a strand or the run is over.
void Executive::next_strand() {
  try {
    while (next_ == nullptr && !to_main_) {
      if (calendar_.empty()) {
        to_main_ = true;
        return;
      }
      const Event event = calendar_.pop();
      if (calendar_.live() > 0) last_event_ = event.time;
      now_ = event.time;
      ++events_;
      if (now_ != instant_) {
        instant_ = now_;
        events_of_instant_ = 0;
      } else if (++events_of_instant_ > kMaxEventsOfAnInstant) {
        throw ModelError(fmt::format("livelock: {} events without time passing at {} ns", events_of_instant_,
                                     now_.count()));
      }
      event.fire();
    }
  } catch (...) {
    error_ = std::current_exception();
    next_ = nullptr;
    to_main_ = true;
  }
}

void Executive::hand_over(Context& next) {
  ++switches_;
  engine_.switch_to(next, now_);
}

void Executive::suspend() {
  if (unwinding_) throw StrandStopped{};
  Strand* const self = current_;
  next_strand();
  if (to_main_) {
    hand_over(engine_.main());
  } else {
    current_ = std::exchange(next_, nullptr);
    if (current_ == self) return;
    hand_over(*current_->context_);
  }
  if (unwinding_) throw StrandStopped{};
}

void Executive::reach_horizon(std::uint64_t) { to_main_ = true; }

Executive::End Executive::run_until(Time horizon) {
  calendar_.call_at<&Executive::reach_horizon>(horizon, Rank::hardware, this);
  to_main_ = false;
  next_strand();
  if (!to_main_) {
    current_ = std::exchange(next_, nullptr);
    hand_over(*current_->context_);
    current_ = nullptr;
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
  return calendar_.live() == 0 ? End::calendar_empty : End::horizon;
}

void Executive::stop() {
  unwinding_ = true;
  for (const auto& strand : strands_) {
    if (strand->finished_) continue;
    current_ = strand.get();
    hand_over(*strand->context_);
  }
  current_ = nullptr;
}

}  // namespace ktlssim
