#include "sim/machine/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/kernel/sched_ule.hpp"

namespace ktlssim {

namespace {

using What = TimelineEvent::What;

constexpr std::string_view kUntilAcknowledged = "TCP, until acknowledged";
constexpr std::size_t kEnough = 16384;  // events that wait before it is worth while to sort them

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

// Of what happens at one time: slices end before others begin, and arrows are within slices.
int rank(What what) {
  switch (what) {
    case What::track:
    case What::end:
      return 0;
    case What::begin:
      return 1;
    case What::level:
      return 2;
    case What::arrow_begin:
    case What::arrow_step:
    case What::arrow_end:
      return 3;
    case What::way_begin:
    case What::way_end:
      return 4;
  }
  return 0;
}

}  // namespace

std::uint32_t Timeline::id(std::string_view name) {
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  names_.emplace_back(name);
  return ids_.emplace(name, static_cast<std::uint32_t>(names_.size() - 1)).first->second;
}

std::uint32_t Timeline::id_of(CallId call) {
  while (call_ids_.size() <= call)
    call_ids_.push_back(id(scheduler_->calls().function(static_cast<CallId>(call_ids_.size()))));
  return call_ids_[call];
}

void Timeline::name_track(TrackKind kind, std::uint32_t track, std::string_view name) {
  sink_.write({.what = What::track, .kind = kind, .track = track, .name = id(name)}, std::string(name));
}

void Timeline::begin(Scheduler& scheduler, const Window&) {
  scheduler_ = &scheduler;
  cpus_.resize(static_cast<std::size_t>(scheduler.cpus()));
  for (std::uint32_t cpu = 0; cpu < cpus_.size(); ++cpu)
    name_track(TrackKind::cpu, cpu, fmt::format("CPU {}", cpu));
}

// Events wait until nothing that happened before them can be told any more.
void Timeline::push(const TimelineEvent& event) {
  waiting_.push_back(event);
  waiting_.back().at = std::max(event.at, told_until_);
}

// To be called before something is heard of that has happened from `unheard` on. A function is heard of when it has run,
// so nothing is sure beyond the begin of what runs now; an arrow lies a nanosecond back, and what lasts ends with the window.
void Timeline::tell_what_is_sure(Time unheard) {
  if (waiting_.size() < std::max(kEnough, enough_)) return;
  const Time settled = std::min(std::min(unheard, scheduler_->told_until()) - Time{1}, window_.until);
  tell_what_lasts(settled);
  tell_until(settled);
  enough_ = 2 * waiting_.size();
}

// Begins of slices that have lasted a while by then.
void Timeline::tell_what_lasts(Time settled) {
  const auto look = [&](Slice& slice) {
    if (slice.open && slice.since < settled) tell(slice);
  };
  for (ThreadNow& thread : threads_) {
    look(thread.state);
    look(thread.on_cpu);
  }
  for (auto& [_, slice] : interrupts_) look(slice);
}

void Timeline::tell_until(Time time) {
  std::ranges::stable_sort(waiting_, [](const TimelineEvent& a, const TimelineEvent& b) {
    return a.at != b.at ? a.at < b.at : rank(a.what) < rank(b.what);
  });
  const auto rest = std::ranges::find_if(waiting_, [time](const TimelineEvent& e) { return e.at >= time; });
  std::for_each(waiting_.begin(), rest, [this](const TimelineEvent& e) { sink_.write(e, names_[e.name]); });
  waiting_.erase(waiting_.begin(), rest);
  told_until_ = std::max(told_until_, time);
}

Timeline::ThreadNow& Timeline::now_of(const Thread& thread) {
  while (threads_.size() <= thread.index) {
    const Thread& next = *scheduler_->threads()[threads_.size()];
    const auto track = static_cast<std::uint32_t>(threads_.size());
    ThreadNow& now = threads_.emplace_back();
    now.name = id(next.name);
    now.state = {.kind = TrackKind::thread, .track = track};
    now.on_cpu = {.kind = TrackKind::cpu};
    name_track(TrackKind::thread, track, next.name);
    open(now.state, id(fmt::format("asleep on \"{}\"", next.wchan)), window_.from);
  }
  return threads_[thread.index];
}

void Timeline::open(Slice& slice, std::uint32_t name, Time now) {
  slice.name = name;
  slice.since = std::max(now, window_.from);
  slice.open = true;
  slice.told = false;
}

void Timeline::tell(Slice& slice) {
  if (slice.told) return;
  slice.told = true;
  push({.what = What::begin, .kind = slice.kind, .track = slice.track, .name = slice.name, .at = slice.since});
}

void Timeline::close(Slice& slice, Time now) {
  if (!std::exchange(slice.open, false) || slice.since >= now) return;
  tell(slice);
  push({.what = What::end, .kind = slice.kind, .track = slice.track, .name = slice.name, .at = now});
}

// Ends the calls of a CPU from the inside out until so many are left.
void Timeline::close_calls(std::size_t cpu, std::size_t left) {
  CpuNow& now = cpus_[cpu];
  for (; now.calls.size() > left; now.calls.pop_back())
    push({.what = What::end,
          .kind = TrackKind::cpu,
          .track = static_cast<std::uint32_t>(cpu),
          .name = id_of(now.calls.back()),
          .at = now.until});
}

void Timeline::ran(const Thread& thread, Function function, CallId caller, Time from, Time until) {
  if (from >= until || until <= window_.from || from >= window_.until) return;
  tell_what_is_sure(from);
  ThreadNow& now = now_of(thread);
  now.ran_on = thread.cpu;
  now.ran_until = until;
  tell(now.on_cpu);
  from = std::max(from, window_.from);
  CpuNow& cpu = cpus_[static_cast<std::size_t>(thread.cpu)];
  const CallId call = scheduler_->calls().within(caller, name(function));
  const std::vector<CallId> chain = scheduler_->calls().chain(call);
  const auto differ = std::ranges::mismatch(cpu.calls, chain);
  auto common = static_cast<std::size_t>(differ.in1 - cpu.calls.begin());
  if (common == chain.size() && call != caller) --common;  // the same function once more
  close_calls(static_cast<std::size_t>(thread.cpu), cpu.until == from ? common : 0);
  for (std::size_t i = cpu.calls.size(); i < chain.size(); ++i) {
    push({.what = What::begin,
          .kind = TrackKind::cpu,
          .track = static_cast<std::uint32_t>(thread.cpu),
          .name = id_of(chain[i]),
          .at = from});
    cpu.calls.push_back(chain[i]);
  }
  cpu.until = std::min(until, window_.until);
}

void Timeline::changed_state(const Thread& thread, Time now) {
  if (now >= window_.until) return;
  tell_what_is_sure(now);
  ThreadNow& known = now_of(thread);
  close(known.state, now);
  if (known.on_cpu.open) {
    close_calls(known.on_cpu.track, 0);
    close(known.on_cpu, now);
  }
  open(known.state, id(state_name(thread)), now);
  if (thread.state != ThreadState::running) return;
  known.on_cpu.track = static_cast<std::uint32_t>(thread.cpu);
  open(known.on_cpu, known.name, now);
}

void Timeline::push_way(const Way& way, What what, std::uint32_t name, Time now) {
  push({.what = what, .record = way.number, .name = name, .at = now});
}

// An arrow starts or ends in the slice of the function that has just run.
void Timeline::arrow(const Stays& record, std::string_view what, Time now, bool last) {
  const auto found = ways_.find(&record);
  const Thread* const thread = scheduler_->curthread();
  if (found == ways_.end() || thread == nullptr) return;
  const ThreadNow& ran = now_of(*thread);
  const Time at = ran.ran_until - Time{1};
  if (ran.ran_on < 0 || !covers(at) || ran.ran_until != now) return;
  Way& way = found->second;
  if (last && !way.has_arrow) return;
  push({.what = !way.has_arrow ? What::arrow_begin : last ? What::arrow_end : What::arrow_step,
        .kind = TrackKind::cpu,
        .track = static_cast<std::uint32_t>(ran.ran_on),
        .record = way.number,
        .name = id(what),
        .at = at});
  way.has_arrow = true;
}

void Timeline::enter_place(const Stays& record, std::string_view place, Time now) {
  const auto found = ways_.find(&record);
  if (found == ways_.end() || now >= window_.until) return;
  found->second.open.push_back(id(place));
  push_way(found->second, What::way_begin, id(place), now);
}

void Timeline::leave_place(const Stays& record, std::string_view place, Time now) {
  const auto found = ways_.find(&record);
  if (found == ways_.end() || now >= window_.until) return;
  if (std::erase(found->second.open, id(place)) > 0) push_way(found->second, What::way_end, id(place), now);
}

void Timeline::entered(const Stays& record, Place place, std::int64_t level, Time now) {
  tell_what_is_sure(now);
  set_level(fmt::format("records in {}", name(place)), level, now);
  if (place == Place::send_buffer) return;  // before and beyond what is followed
  if (place == Place::ktls) {
    end_way(record, now);  // of which nobody has heard again
    const bool named = window_.always == RecordName{record.session, record.number};
    if (!covers(now) || (records_ >= window_.records && !named)) return;
    const std::uint32_t whole = id(fmt::format("record {} of session {}", record.number, record.session));
    const Way& way = ways_.emplace(&record, Way{++records_, whole}).first->second;
    push({.what = What::way_begin,
          .record = way.number,
          .name = whole,
          .value = static_cast<std::int64_t>(record.number),
          .session = record.session,
          .at = now});
    arrow(record, "ktls_enqueue", now);
    return;
  }
  if (place == Place::ocf) arrow(record, "crypto_dispatch", now);
  enter_place(record, name(place), now);
}

void Timeline::left(const Stays& record, Place place, std::int64_t level, Time now) {
  set_level(fmt::format("records in {}", name(place)), level, now);
  if (place == Place::send_buffer) return;
  if (place == Place::ktls) {
    arrow(record, "sbready", now);
    enter_place(record, kUntilAcknowledged, now);
    return;
  }
  if (place == Place::ocf) arrow(record, "crypto_done", now);
  leave_place(record, name(place), now);
}

void Timeline::acknowledged(const Stays& record, Time now) {
  arrow(record, "sbdrop", now, true);
  end_way(record, now);
}

void Timeline::end_way(const Stays& record, Time now) {
  const auto found = ways_.find(&record);
  if (found == ways_.end() || now >= window_.until) return;
  end_way(found->second, now);
  ways_.erase(found);
}

void Timeline::end_way(const Way& way, Time now) {
  std::for_each(way.open.rbegin(), way.open.rend(),
                [&](std::uint32_t place) { push_way(way, What::way_end, place, now); });
  push_way(way, What::way_end, way.name, now);
}

void Timeline::served(const std::string& device, std::size_t engine, Time from, Time until) {
  from = std::max(from, window_.from);
  until = std::min(until, window_.until);
  const std::string name = fmt::format("{} engine {}", device, engine);
  const auto [found, is_new] = engines_.try_emplace(name, static_cast<std::uint32_t>(engines_.size()));
  if (is_new) name_track(TrackKind::engine, found->second, name);
  if (from >= until) return;
  Slice request{.kind = TrackKind::engine, .track = found->second, .name = id("request"), .since = from, .open = true};
  close(request, until);
}

void Timeline::filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) {
  const std::string name = unit == 0 ? std::string(what) : fmt::format("{} ({})", what, unit);
  const auto found = levels_.find(name);
  set_level(name, (found == levels_.end() ? 0 : found->second) + change, now);
}

// What a counter was before the window is its value at the beginning of it.
void Timeline::set_level(const std::string& counter, std::int64_t value, Time now) {
  if (now >= window_.until) return;
  if (now > window_.from) tell_levels();
  levels_[counter] = value;
  if (levels_told_) push({.what = What::level, .name = id(counter), .value = value, .at = now});
}

void Timeline::tell_levels() {
  if (std::exchange(levels_told_, true)) return;
  for (const auto& [counter, value] : levels_)
    push({.what = What::level, .name = id(counter), .value = value, .at = window_.from});
}

void Timeline::moderated(const Thread& thread, std::string_view state, Time now) {
  const auto [found, is_new] = interrupts_.try_emplace(thread.index);
  Slice& slice = found->second;
  if (is_new) {
    slice.kind = TrackKind::interrupt;
    slice.track = static_cast<std::uint32_t>(interrupts_.size() - 1);
    name_track(TrackKind::interrupt, slice.track, thread.name);
  }
  if (now >= window_.until) return;
  close(slice, now);
  open(slice, id(state), now);
}

void Timeline::end() {
  for (const auto& thread : scheduler_->threads()) now_of(*thread);
  tell_levels();
  for (std::size_t cpu = 0; cpu < cpus_.size(); ++cpu) close_calls(cpu, 0);
  for (ThreadNow& thread : threads_) {
    close(thread.on_cpu, window_.until);
    close(thread.state, window_.until);
  }
  for (auto& [_, slice] : interrupts_) close(slice, window_.until);
  std::map<std::uint32_t, const Way*> in_order;
  for (const auto& [_, way] : ways_) in_order.emplace(way.number, &way);
  for (const auto& [_, way] : in_order) end_way(*way, window_.until);
  tell_until(kNever);
}

}  // namespace ktlssim
