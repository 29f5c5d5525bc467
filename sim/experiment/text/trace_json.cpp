#include "sim/experiment/text/trace_json.hpp"

#include <fmt/format.h>

#include <array>

#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

using What = TimelineEvent::What;

enum Process : int { kCpus = 1, kThreads, kDevices, kRecords, kQueues, kInterrupts };
constexpr std::array<std::string_view, 6> kProcessNames{"CPUs",    "threads", "devices",
                                                        "records", "queues",  "interrupts"};

std::string json_string(std::string_view text) { return Json(std::string(text)).dump(); }

std::string us(Time time) { return fmt::format("{}.{:03}", time.count() / 1000, time.count() % 1000); }

int process_of(TrackKind kind) {
  switch (kind) {
    case TrackKind::cpu:
      return kCpus;
    case TrackKind::thread:
      return kThreads;
    case TrackKind::engine:
      return kDevices;
    case TrackKind::interrupt:
      return kInterrupts;
  }
  return 0;
}

std::string track_name(const TimelineEvent& e, const std::string& name) {
  return fmt::format(R"({{"ph":"M","name":"thread_name","pid":{},"tid":{},"args":{{"name":{}}}}})", process_of(e.kind),
                     e.track + 1, json_string(name));
}

// Begin and end, each with its own exact time: a begin and a length add up to an end that may be off by a rounding, and
// then slices that nest overlap.
std::string edge(const TimelineEvent& e, const std::string& name) {
  return fmt::format(R"({{"ph":"{}","name":{},"pid":{},"tid":{},"ts":{}}})", e.what == What::begin ? 'B' : 'E',
                     json_string(name), process_of(e.kind), e.track + 1, us(e.at));
}

std::string level(const TimelineEvent& e, const std::string& name) {
  return fmt::format(R"({{"ph":"C","name":{},"pid":{},"tid":0,"ts":{},"args":{{"value":{}}}}})", json_string(name),
                     int{kQueues}, us(e.at), e.value);
}

std::string arrow(const TimelineEvent& e, const std::string& name) {
  const char phase = e.what == What::arrow_begin ? 's' : e.what == What::arrow_end ? 'f' : 't';
  return fmt::format(
      R"({{"ph":"{}","name":"record","cat":"record","id":{},"pid":{},"tid":{},"ts":{},{}"args":{{"at":{}}}}})", phase,
      e.record, int{kCpus}, e.track + 1, us(e.at), phase == 'f' ? R"("bp":"e",)" : "", json_string(name));
}

std::string way(const TimelineEvent& e, const std::string& name) {
  const std::string whose =
      e.value > 0 ? fmt::format(R"(,"args":{{"session":{},"record":{}}})", e.session, e.value) : "";
  return fmt::format(R"({{"ph":"{}","cat":"way","name":{},"id":{},"pid":{},"tid":0,"ts":{}{}}})",
                     e.what == What::way_begin ? 'b' : 'e', json_string(name), e.record, int{kRecords}, us(e.at), whose);
}

}  // namespace

TraceJson::TraceJson(FileInParts& file, const std::string& scenario, const TimelineWindow& window) : file_(file) {
  file_.append(fmt::format(
      "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"scenario\":{},\"from_us\":{},\"until_us\":{}}},\n"
      "\"traceEvents\":[\n",
      json_string(scenario), us(window.from), us(window.until)));
  for (std::size_t i = 0; i < kProcessNames.size(); ++i)
    add(fmt::format(R"({{"ph":"M","name":"process_name","pid":{},"tid":0,"args":{{"name":{}}}}})", i + 1,
                    json_string(kProcessNames[i])));
}

void TraceJson::add(std::string_view event) {
  if (!first_) file_.append(",\n");
  first_ = false;
  file_.append(event);
}

void TraceJson::write(const TimelineEvent& event, const std::string& name) {
  switch (event.what) {
    case What::track:
      return add(track_name(event, name));
    case What::begin:
    case What::end:
      return add(edge(event, name));
    case What::level:
      return add(level(event, name));
    case What::arrow_begin:
    case What::arrow_step:
    case What::arrow_end:
      return add(arrow(event, name));
    case What::way_begin:
    case What::way_end:
      return add(way(event, name));
  }
}

void TraceJson::finish() { file_.append("\n]}\n"); }

}  // namespace ktlssim
