// Listens to the simulated kernel and keeps, for a window of simulated time, who ran where, what every thread
// was doing, what every engine served, how full the queues were, and the way of the first records. Knows no
// output format and changes nothing: a run with a timeline has the trajectory of a run without.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/measure/listener.hpp"

namespace ktlssim {

class Scheduler;

class Timeline final : public Listener {
 public:
  // A track that slices and levels belong to.
  enum class Kind : std::uint8_t { cpu, thread, engine };
  struct Slice {
    Kind kind;
    std::size_t track;  // number of the CPU, thread or engine
    Time from, until;
    std::string name;
  };
  struct Level {
    std::size_t counter;
    Time at;
    std::int64_t value;
  };
  // A step of a record's way: where a CPU was when it took it (cpu < 0: hardware).
  struct Step {
    enum class What : std::uint8_t { enter, leave, flow } what;
    std::string_view place;
    Time at;
    int cpu;
  };
  struct Record {
    int session;
    std::uint64_t number;  // in its session, from 1
    std::vector<Step> steps{};
    bool ended = false;  // acknowledged or failed
  };

  // Keeps [from, until) and follows the first `records` records that are enqueued in it.
  Timeline(Time from, Time until, std::size_t records) : from_(from), until_(until), limit_(records) {}

  // Whose threads and CPUs are meant; before anything is heard.
  void observe(Scheduler& scheduler) { scheduler_ = &scheduler; }

  void ran(const Thread& thread, Function function, Time from, Time until) override;
  void changed_state(const Thread& thread, Time now) override;
  void entered(const Stays& record, Place place, std::int64_t level, Time now) override;
  void left(const Stays& record, Place place, std::int64_t level, Time now) override;
  void acknowledged(const Stays& record, Time now) override;
  void failed(const Stays& record, Time now) override { end(record, now); }
  void served(const std::string& device, std::size_t engine, Time from, Time until) override;
  void filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) override;

  // Closes what is open. To be called once, while the scheduler lives.
  void finish();

  Time from() const { return from_; }
  Time until() const { return until_; }
  const std::vector<Slice>& slices() const { return slices_; }
  const std::vector<Level>& levels() const { return levels_; }
  const std::vector<Record>& records() const { return records_; }
  // Names of tracks and counters by number.
  const std::vector<std::string>& cpus() const { return cpus_; }
  const std::vector<std::string>& threads() const { return threads_; }
  const std::vector<std::string>& engines() const { return engines_; }
  const std::vector<std::string>& counters() const { return counters_; }

 private:
  struct Now {  // of a thread
    std::string name = "asleep";
    int cpu = -1;  // it runs on
    Time since{0};
    int ran_on = -1;  // its latest slice of a function
    Time ran_until{0};
  };

  bool covers(Time at) const { return at >= from_ && at < until_; }
  Now& now_of(const Thread& thread);
  void close(std::size_t thread, Time now);
  void add(Kind kind, std::size_t track, Time from, Time until, const std::string& name);
  void set_level(const std::string& counter, std::int64_t value, Time now);
  void end(const Stays& record, Time now);
  void step(const Stays& record, Step::What what, std::string_view place, Time now);
  void flow(const Stays& record, std::string_view what, Time now);

  Time from_;
  Time until_;
  std::size_t limit_;
  Scheduler* scheduler_ = nullptr;
  std::vector<Now> states_;
  std::map<const Stays*, std::size_t> live_;
  std::map<std::string, std::pair<std::size_t, std::int64_t>> counter_levels_;  // number and level now
  std::vector<Slice> slices_;
  std::vector<Level> levels_;
  std::vector<Record> records_;
  std::vector<std::string> cpus_, threads_, engines_, counters_;
};

}  // namespace ktlssim
