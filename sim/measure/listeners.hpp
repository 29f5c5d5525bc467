// Several listeners as one.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sim/measure/listener.hpp"

namespace ktlssim {

class Listeners final : public Listener {
 public:
  explicit Listeners(std::vector<Listener*> all) : all_(std::move(all)) {}

  bool needs_calls() const override {
    return std::ranges::any_of(all_, [](const Listener* one) { return one->needs_calls(); });
  }
  void begin(Scheduler& scheduler, const Window& measured) override {
    for (Listener* one : all_) one->begin(scheduler, measured);
  }
  void end() override {
    for (Listener* one : all_) one->end();
  }
  void ran(const Thread& thread, Function function, CallId caller, Time from, Time until) override {
    for (Listener* one : all_) one->ran(thread, function, caller, from, until);
  }
  void changed_state(const Thread& thread, Time now) override {
    for (Listener* one : all_) one->changed_state(thread, now);
  }
  void entered(const Stays& record, Place place, std::int64_t level, Time now) override {
    for (Listener* one : all_) one->entered(record, place, level, now);
  }
  void left(const Stays& record, Place place, std::int64_t level, Time now) override {
    for (Listener* one : all_) one->left(record, place, level, now);
  }
  void acknowledged(const Stays& record, Time now) override {
    for (Listener* one : all_) one->acknowledged(record, now);
  }
  void failed(const Stays& record, Time now) override {
    for (Listener* one : all_) one->failed(record, now);
  }
  void aborted(Time now) override {
    for (Listener* one : all_) one->aborted(now);
  }
  void served(const std::string& device, std::size_t engine, Time from, Time until) override {
    for (Listener* one : all_) one->served(device, engine, from, until);
  }
  void filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) override {
    for (Listener* one : all_) one->filled(what, unit, change, now);
  }
  void moderated(const Thread& thread, std::string_view state, Time now) override {
    for (Listener* one : all_) one->moderated(thread, state, now);
  }

 private:
  std::vector<Listener*> all_;
};

}  // namespace ktlssim
