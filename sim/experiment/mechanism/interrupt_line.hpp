// A completion queue with its interrupt: armed; timing since the first entry; raised; in service (masked,
// entries still come); armed again once its thread found it empty. The state machine of the simulator's
// InterruptQueue, between a polling device and a thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <optional>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/sleeper.hpp"
#include "sim/experiment/mechanism/spsc_ring.hpp"

namespace ktlssim {

template <typename Entry>
class InterruptLine {
 public:
  InterruptLine(std::size_t entries, std::int64_t holdoff_ns) : ring_(entries), holdoff_ns_(holdoff_ns) {}

  // Of the device: an entry that is visible since `now_ns`. False if the queue is full.
  bool post(const Entry& entry, std::int64_t now_ns) {
    if (first_ns_ < 0 && state_ == State::armed) first_ns_ = now_ns;
    return ring_.push(entry);
  }
  // Of the device, now and then: raises the interrupt when it is due. Whether it did.
  bool poll(std::int64_t now_ns) {
    if (state_ != State::armed || ring_.empty()) return false;
    if (first_ns_ < 0) first_ns_ = now_ns;  // entries that came while it was in service
    if (now_ns < first_ns_ + holdoff_ns_) return false;
    first_ns_ = -1;
    raised_ns_ = now_ns;
    state_ = State::raised;
    thread_.wake();
    return true;
  }

  // Of the device: since when a raised interrupt waits for its thread; nothing if none does.
  std::optional<std::int64_t> waits_since() const {
    return state_ == State::raised ? std::optional(raised_ns_) : std::nullopt;
  }

  // Of the thread: sleeps until the interrupt was raised, then hands every entry to `handle`. False once
  // `stop` was called.
  bool serve(auto&& handle) {
    while (state_ != State::raised) {
      if (stopped_) return false;
      thread_.sleep();
    }
    waited_ns_ += clock_ns() - raised_ns_;
    ++served_;
    state_ = State::in_service;
    for (Entry entry; ring_.pop(entry);) handle(entry);
    state_ = State::armed;
    return true;
  }
  // Once the thread has ended: from the device's raising an interrupt until it ran, on average.
  double latency_ns() const { return static_cast<double>(waited_ns_) / static_cast<double>(std::max<std::int64_t>(served_, 1)); }
  void stop() {
    stopped_ = true;
    thread_.wake();
  }

 private:
  enum class State { armed, raised, in_service };

  SpscRing<Entry> ring_;
  std::int64_t holdoff_ns_;
  std::int64_t first_ns_ = -1;  // the device's: since when the timer runs; -1: it does not
  std::int64_t raised_ns_ = 0;  // the device's too
  std::int64_t waited_ns_ = 0;
  std::int64_t served_ = 0;
  std::atomic<State> state_ = State::armed;
  std::atomic<bool> stopped_ = false;
  Sleeper thread_;
};

}  // namespace ktlssim
