#include "sim/experiment/text/trace_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

enum Process : int { kCpus = 1, kThreads, kDevices, kRecords, kQueues };
constexpr std::array<std::string_view, 5> kProcessNames{"CPUs", "threads", "devices", "records", "queues"};

std::string json_string(std::string_view text) { return Json(std::string(text)).dump(); }

std::string us(Time time) { return fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000); }

int process_of(Timeline::Kind kind) {
  switch (kind) {
    case Timeline::Kind::cpu:
      return kCpus;
    case Timeline::Kind::thread:
      return kThreads;
    case Timeline::Kind::engine:
      return kDevices;
  }
  return 0;
}

class Events {
 public:
  // `order`: of events at the same time.
  void add(Time at, std::int64_t order, std::string text) { events_.push_back({at, order, std::move(text)}); }

  std::string join() {
    std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) {
      return a.at != b.at ? a.at < b.at : a.order < b.order;
    });
    std::string text;
    for (const Event& event : events_) text += (text.empty() ? "" : ",\n") + event.text;
    return text;
  }

 private:
  struct Event {
    Time at;
    std::int64_t order;
    std::string text;
  };
  std::vector<Event> events_;
};

void name_tracks(Events& events, int process, const std::vector<std::string>& names) {
  for (std::size_t i = 0; i < names.size(); ++i)
    events.add(Time{-1}, 0,
               fmt::format(R"({{"ph":"M","name":"thread_name","pid":{},"tid":{},"args":{{"name":{}}}}})",
                           process, i + 1, json_string(names[i])));
}

// Begin and end, each with its own exact time: a begin and a length add up to an end that may be off by a rounding, and
// then slices that nest overlap.
void add_slices(Events& events, const Timeline& timeline) {
  constexpr std::int64_t kEndsFirst = std::numeric_limits<std::int64_t>::min() / 2;
  const auto edge = [](const Timeline::Slice& slice, char phase, Time at) {
    return fmt::format(R"({{"ph":"{}","name":{},"pid":{},"tid":{},"ts":{}}})", phase, json_string(slice.name),
                       process_of(slice.kind), slice.track + 1, us(at));
  };
  const auto length_ns = [](const Timeline::Slice& slice) { return (slice.until - slice.from).count(); };
  // What encloses begins first and ends last; of two that are equal, the one that begins first.
  for (const Timeline::Slice& slice : timeline.slices())
    events.add(slice.from, -length_ns(slice), edge(slice, 'B', slice.from));
  std::for_each(timeline.slices().rbegin(), timeline.slices().rend(), [&](const Timeline::Slice& slice) {
    events.add(slice.until, kEndsFirst + length_ns(slice), edge(slice, 'E', slice.until));
  });
}

void add_levels(Events& events, const Timeline& timeline) {
  for (const Timeline::Level& level : timeline.levels())
    events.add(level.at, 1,
               fmt::format(R"({{"ph":"C","name":{},"pid":{},"tid":0,"ts":{},"args":{{"value":{}}}}})",
                           json_string(timeline.counters()[level.counter]), int{kQueues}, us(level.at),
                           level.value));
}

void add_arrows(Events& events, std::size_t id, const std::vector<const Timeline::Step*>& flow) {
  if (flow.size() < 2) return;
  for (std::size_t i = 0; i < flow.size(); ++i) {
    const bool last = i + 1 == flow.size();
    events.add(flow[i]->at, 2,
               fmt::format(R"({{"ph":"{}","name":"record","cat":"record","id":{},"pid":{},"tid":{},"ts":{},)"
                           R"({}"args":{{"at":{}}}}})",
                           i == 0 ? 's'
                           : last ? 'f'
                                  : 't',
                           id, int{kCpus}, flow[i]->cpu + 1, us(flow[i]->at), last ? R"("bp":"e",)" : "",
                           json_string(flow[i]->place)));
  }
}

void add_record(Events& events, std::size_t id, const Timeline::Record& record, Time until) {
  if (record.steps.empty()) return;
  const auto async = [&](char phase, std::string_view name, Time at, std::string_view more = "") {
    events.add(at, 3,
               fmt::format(R"({{"ph":"{}","cat":"way","name":{},"id":{},"pid":{},"tid":0,"ts":{}{}}})", phase,
                           json_string(name), id, int{kRecords}, us(at), more));
  };
  const std::string whole = fmt::format("record {} of session {}", record.number, record.session);
  std::vector<const Timeline::Step*> flow;
  std::vector<std::string_view> open;
  bool begun = false;
  Time end = until;
  for (const Timeline::Step& step : record.steps) {
    if (step.what == Timeline::Step::What::flow) {
      flow.push_back(&step);
      continue;
    }
    if (!begun)
      async('b', whole, step.at,
            fmt::format(R"(,"args":{{"session":{},"record":{}}})", record.session, record.number));
    begun = true;
    const bool enters = step.what == Timeline::Step::What::enter;
    async(enters ? 'b' : 'e', step.place, step.at);
    if (enters)
      open.push_back(step.place);
    else
      std::erase(open, step.place);
    if (record.ended) end = step.at;
  }
  add_arrows(events, id, flow);
  for (; !open.empty(); open.pop_back()) async('e', open.back(), end);
  if (begun) async('e', whole, end);
}

}  // namespace

std::string trace_json(const Timeline& timeline, const std::string& scenario) {
  Events events;
  for (std::size_t i = 0; i < kProcessNames.size(); ++i)
    events.add(Time{-2}, 0,
               fmt::format(R"({{"ph":"M","name":"process_name","pid":{},"tid":0,"args":{{"name":{}}}}})",
                           i + 1, json_string(kProcessNames[i])));
  name_tracks(events, kCpus, timeline.cpus());
  name_tracks(events, kThreads, timeline.threads());
  name_tracks(events, kDevices, timeline.engines());
  add_slices(events, timeline);
  add_levels(events, timeline);
  for (std::size_t i = 0; i < timeline.records().size(); ++i)
    add_record(events, i + 1, timeline.records()[i], timeline.until());
  return fmt::format(
      "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"scenario\":{},\"from_us\":{},\"until_us\":{}}},\n"
      "\"traceEvents\":[\n{}\n]}}\n",
      json_string(scenario), us(timeline.from()), us(timeline.until()), events.join());
}

}  // namespace ktlssim
