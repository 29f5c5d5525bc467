#include "sim/machine/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

constexpr std::string_view kUntilAcknowledged = "TCP, until acknowledged";

std::string state_name(const Thread& thread) {
  switch (thread.state) {
    case ThreadState::running:
      return "running";
    case ThreadState::runnable:
      return "runnable";
    case ThreadState::sleeping:
      return fmt::format("asleep on \"{}\"", thread.wchan);
  }
  return "";
}

}  // namespace

Timeline::Now& Timeline::now_of(const Thread& thread) {
  while (states_.size() <= thread.index)
    states_.push_back(
        {.name = fmt::format("asleep on \"{}\"", scheduler_->threads()[states_.size()]->wchan)});
  return states_[thread.index];
}

void Timeline::add(Kind kind, std::size_t track, Time from, Time until, const std::string& name) {
  from = std::max(from, from_);
  until = std::min(until, until_);
  if (from < until) slices_.push_back({kind, track, from, until, name});
}

void Timeline::ran(const Thread& thread, Function function, Time from, Time until) {
  if (from >= until || until <= from_ || from >= until_) return;
  Now& now = now_of(thread);
  now.ran_on = thread.cpu;
  now.ran_until = until;
  add(Kind::cpu, static_cast<std::size_t>(thread.cpu), from, until, std::string(name(function)));
}

void Timeline::close(std::size_t thread, Time now) {
  const Now& was = states_[thread];
  add(Kind::thread, thread, was.since, now, was.name);
  if (was.cpu >= 0)
    add(Kind::cpu, static_cast<std::size_t>(was.cpu), was.since, now, scheduler_->threads()[thread]->name);
}

void Timeline::changed_state(const Thread& thread, Time now) {
  Now& state = now_of(thread);
  close(thread.index, now);
  state.name = state_name(thread);
  state.cpu = thread.state == ThreadState::running ? thread.cpu : -1;
  state.since = now;
}

void Timeline::step(const Stays& record, Step::What what, std::string_view place, Time now) {
  if (now >= until_) return;
  const auto found = live_.find(&record);
  if (found != live_.end()) records_[found->second].steps.push_back({what, place, now, -1});
}

// An arrow starts or ends in the slice of the function that has just run.
void Timeline::flow(const Stays& record, std::string_view what, Time now) {
  const auto found = live_.find(&record);
  const Thread* const thread = scheduler_->curthread();
  if (found == live_.end() || thread == nullptr || now >= until_) return;
  const Now& ran = now_of(*thread);
  const Time at = ran.ran_until - Time{1};
  if (ran.ran_on < 0 || !covers(at)) return;
  records_[found->second].steps.push_back({Step::What::flow, what, at, ran.ran_on});
}

void Timeline::entered(const Stays& record, Place place, std::int64_t level, Time now) {
  set_level(fmt::format("records in {}", name(place)), level, now);
  if (place == Place::send_buffer) return;  // before and beyond what is followed
  if (place == Place::ktls) {
    live_.erase(&record);
    if (!covers(now) || records_.size() >= limit_) return;
    live_[&record] = records_.size();
    records_.push_back({record.session, record.number});
    flow(record, "ktls_enqueue", now);
    return;
  }
  if (place == Place::ocf) flow(record, "crypto_dispatch", now);
  step(record, Step::What::enter, name(place), now);
}

void Timeline::left(const Stays& record, Place place, std::int64_t level, Time now) {
  set_level(fmt::format("records in {}", name(place)), level, now);
  if (place == Place::send_buffer) return;
  if (place == Place::ktls) {
    flow(record, "sbready", now);
    step(record, Step::What::enter, kUntilAcknowledged, now);
    return;
  }
  if (place == Place::ocf) flow(record, "crypto_done", now);
  step(record, Step::What::leave, name(place), now);
}

void Timeline::acknowledged(const Stays& record, Time now) {
  flow(record, "sbdrop", now);
  step(record, Step::What::leave, kUntilAcknowledged, now);
  end(record, now);
}

void Timeline::end(const Stays& record, Time now) {
  const auto found = live_.find(&record);
  if (found == live_.end()) return;
  records_[found->second].ended = now < until_;
  live_.erase(found);
}

void Timeline::served(const std::string& device, std::size_t engine, Time from, Time until) {
  const std::string name = fmt::format("{} engine {}", device, engine);
  auto found = std::ranges::find(engines_, name);
  if (found == engines_.end()) found = engines_.insert(engines_.end(), name);
  add(Kind::engine, static_cast<std::size_t>(found - engines_.begin()), from, until, "request");
}

void Timeline::filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) {
  const std::string name = unit == 0 ? std::string(what) : fmt::format("{} ({})", what, unit);
  const auto found = counter_levels_.find(name);
  set_level(name, (found == counter_levels_.end() ? 0 : found->second.second) + change, now);
}

// What a counter was before the window is its value at the beginning of it.
void Timeline::set_level(const std::string& counter, std::int64_t value, Time now) {
  if (now >= until_) return;
  const Time at = std::max(now, from_);
  const auto [found, is_new] = counter_levels_.try_emplace(counter, counters_.size(), 0);
  if (is_new) {
    counters_.push_back(counter);
    levels_.push_back({found->second.first, from_, 0});
  }
  found->second.second = value;
  if (at == from_) {
    std::ranges::find(levels_, found->second.first, &Level::counter)->value = value;
    return;
  }
  levels_.push_back({found->second.first, at, value});
}

void Timeline::finish() {
  for (const auto& thread : scheduler_->threads()) {
    now_of(*thread);
    close(thread->index, until_);
    threads_.push_back(thread->name);
  }
  for (int cpu = 0; cpu < scheduler_->cpus(); ++cpu) cpus_.push_back(fmt::format("CPU {}", cpu));
}

}  // namespace ktlssim
