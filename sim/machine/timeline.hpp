// Listens to the simulated kernel and tells, for a window of simulated time, who ran where and in which chain of calls,
// what every thread was doing, what every engine served, in which state interrupts were, how full the queues were, and
// the way of the first records. Told as it happens and in the order of time; what is kept does not grow with the window.
// Knows no output format and changes nothing: a run with a timeline has the trajectory of a run without.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sim/measure/listener.hpp"

namespace ktlssim {

// What slices belong to: a CPU, a thread, an engine, the interrupt of a completion queue.
enum class TrackKind : std::uint8_t { cpu, thread, engine, interrupt };

struct TimelineEvent {
  // track: `name` is that of a track, known before any of its slices. begin, end: of a slice. level: `value` of a counter.
  // way_begin, way_end: of a record, or of its stay at a place. arrow_*: a record's, at a function that its CPU is in.
  enum class What : std::uint8_t { track, end, begin, level, arrow_begin, arrow_step, arrow_end, way_begin, way_end };
  What what;
  TrackKind kind = TrackKind::cpu;
  std::uint32_t track = 0;   // number of the CPU, thread, engine or interrupt; of a way the record's, from 1
  std::uint32_t record = 0;  // number of the record of an arrow or a way, from 1
  std::uint32_t name = 0;
  std::int64_t value = 0;  // of a level; of the begin of a record's whole way its number in its session, from 1
  std::int32_t session = 0;
  Time at{0};
};

// Hears of a timeline, in the order of time.
class TimelineSink {
 public:
  virtual ~TimelineSink() = default;
  virtual void write(const TimelineEvent& event, const std::string& name) = 0;
};

struct RecordName {
  int session = 0;
  std::uint64_t number = 0;  // in its session, from 1
  bool operator==(const RecordName&) const = default;
};

// [from, until), and how many records to follow: the first that are enqueued in it, and one in any case.
struct TimelineWindow {
  Time from{0};
  Time until{0};
  std::size_t records = 0;
  std::optional<RecordName> always{};
};

class Timeline final : public Listener {
 public:
  Timeline(const TimelineWindow& window, TimelineSink& sink) : window_(window), sink_(sink) {}

  bool needs_calls() const override { return true; }
  void begin(Scheduler& scheduler, const Window& measured) override;
  void end() override;
  void ran(const Thread& thread, Function function, CallId caller, Time from, Time until) override;
  void changed_state(const Thread& thread, Time now) override;
  void entered(const Stays& record, Place place, std::int64_t level, Time now) override;
  void left(const Stays& record, Place place, std::int64_t level, Time now) override;
  void acknowledged(const Stays& record, Time now) override;
  void failed(const Stays& record, Time now) override { end_way(record, now); }
  void served(const std::string& device, std::size_t engine, Time from, Time until) override;
  void filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) override;
  void moderated(const Thread& thread, std::string_view state, Time now) override;

 private:
  // A slice that has not ended; one that never lasted is not told.
  struct Slice {
    TrackKind kind = TrackKind::cpu;
    std::uint32_t track = 0;
    std::uint32_t name = 0;
    Time since{0};
    bool open = false;
    bool told = false;
  };
  struct ThreadNow {
    std::uint32_t name = 0;
    Slice state;
    Slice on_cpu;
    int ran_on = -1;  // its latest slice of a function
    Time ran_until{0};
  };
  struct CpuNow {
    std::vector<CallId> calls;  // open slices, from the outside in
    Time until{0};              // as far as they are known
  };
  struct Way {
    std::uint32_t number;
    std::uint32_t name;
    std::vector<std::uint32_t> open{};  // places
    bool has_arrow = false;
  };

  bool covers(Time at) const { return at >= window_.from && at < window_.until; }
  std::uint32_t id(std::string_view name);
  std::uint32_t id_of(CallId call);
  ThreadNow& now_of(const Thread& thread);
  void open(Slice& slice, std::uint32_t name, Time now);
  void tell(Slice& slice);
  void close(Slice& slice, Time now);
  void close_calls(std::size_t cpu, std::size_t left);
  void set_level(const std::string& counter, std::int64_t value, Time now);
  void tell_levels();
  void arrow(const Stays& record, std::string_view what, Time now, bool last = false);
  void enter_place(const Stays& record, std::string_view place, Time now);
  void leave_place(const Stays& record, std::string_view place, Time now);
  void push_way(const Way& way, TimelineEvent::What what, std::uint32_t name, Time now);
  void end_way(const Stays& record, Time now);
  void end_way(const Way& way, Time now);
  void name_track(TrackKind kind, std::uint32_t track, std::string_view name);
  void push(const TimelineEvent& event);
  void tell_what_is_sure(Time unheard);
  void tell_what_lasts(Time settled);
  void tell_until(Time time);

  TimelineWindow window_;
  TimelineSink& sink_;
  Scheduler* scheduler_ = nullptr;
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> ids_;
  std::vector<std::uint32_t> call_ids_;
  std::vector<ThreadNow> threads_;
  std::vector<CpuNow> cpus_;
  std::map<std::string, std::uint32_t> engines_;
  std::map<std::uint64_t, Slice> interrupts_;  // by their thread
  std::map<std::string, std::int64_t> levels_;
  bool levels_told_ = false;
  std::unordered_map<const Stays*, Way> ways_;
  std::uint32_t records_ = 0;
  std::vector<TimelineEvent> waiting_;  // for what may have happened before them
  std::size_t enough_ = 0;  // of them, to be sorted and told
  Time told_until_{0};
};

}  // namespace ktlssim
