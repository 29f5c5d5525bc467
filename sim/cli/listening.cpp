#include "sim/cli/listening.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "sim/cli/common_options.hpp"
#include "sim/cli/output.hpp"
#include "sim/experiment/result/folded_stacks.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/trace_json.hpp"
#include "sim/machine/simulate.hpp"
#include "sim/measure/listeners.hpp"

namespace ktlssim {

namespace {

constexpr std::int64_t kMaxLength_us = 1'000'000;
constexpr std::int64_t kMaxRecords = 1'000'000;
constexpr std::string_view kOfARecord = "record=";

constexpr Time kWatched = std::chrono::microseconds(300);  // of a comparison: what its page has room for
constexpr std::size_t kWatchedRecords = 2000;

bool ended(RunStatus status) { return status == RunStatus::done || status == RunStatus::stalled; }

// SESSION.NUMBER
RecordName record_name(const std::string& text) {
  RecordName name;
  const char* const end = text.data() + text.size();
  const auto session = std::from_chars(text.data(), end, name.session);
  const bool dot = session.ec == std::errc{} && session.ptr != end && *session.ptr == '.';
  const auto number = dot ? std::from_chars(session.ptr + 1, end, name.number) : session;
  if (!dot || number.ec != std::errc{} || number.ptr != end || name.session < 0 || name.number == 0)
    throw UsageError(fmt::format("--trace-around record={}: must be record=SESSION.NUMBER, such as record=3.17, with "
                                 "sessions from 0 and records from 1",
                                 text));
  return name;
}

Time end_of(const Scenario& scenario) {
  return from_ms(scenario.measure.warmup_ms) + from_ms(scenario.measure.duration_ms);
}

}  // namespace

void add_listening(Options& options) {
  options.add("folded", "FILE", Text{},
              "write CPU time of replication 0 as folded stacks (class;thread;function;...;function ns) for flame graphs");
  options.add("trace", "FILE", Text{},
              "write a timeline of replication 0 as Chrome trace events, for ui.perfetto.dev and speedscope.app");
  options.add("trace-from-us", "N", Integer{0, kMaxSimulated_us},
              "simulated time at which the timeline begins; the end of the warm-up unless given");
  options.add("trace-us", "N", Integer{1, kMaxLength_us, 10000}, "length of the timeline");
  options.add("trace-records", "N", Integer{0, kMaxRecords, 20}, "records whose way the timeline follows");
  options.add("trace-around", "MOMENT", Text{},
              "the timeline lies around record=SESSION.NUMBER, around first-abort (of a connection), or around "
              "longest-wait (of a record, from ktls_enqueue to ready): the run is repeated to find it");
}

Listening::Listening(const Values& values)
    : folded_(output_file(values, "folded")), trace_(output_file(values, "trace")) {
  for (const std::string_view option : {"trace-from-us", "trace-us", "trace-records", "trace-around"})
    if (values.given(option) && !trace_) throw UsageError(fmt::format("--{} without --trace FILE: nothing to write", option));
  length_ = Time{values.integer("trace-us") * 1000};
  window_.records = values.count("trace-records");
  if (!values.given("trace-around")) return;
  if (values.given("trace-from-us")) throw UsageError("--trace-around and --trace-from-us: the moment says when; leave one out");
  const std::string& moment = values.text("trace-around");
  if (moment.starts_with(kOfARecord)) {
    around_ = MomentKind::record;
    record_ = record_name(moment.substr(kOfARecord.size()));
  } else if (moment == "first-abort") {
    around_ = MomentKind::first_abort;
  } else if (moment == "longest-wait") {
    around_ = MomentKind::longest_wait;
  } else {
    throw UsageError(fmt::format("--trace-around {}: must be record=SESSION.NUMBER, first-abort or longest-wait", moment));
  }
}

void Listening::in_window_of(const Scenario& scenario, const Values& values) {
  const Time end = end_of(scenario);
  window_.from = from_ms(scenario.measure.warmup_ms);
  if (values.given("trace-from-us"))
    window_.from = Time{values.integer("trace-from-us", 0, end.count() / 1000 - 1) * 1000};
  window_.until = std::min(end, window_.from + length_);
}

// A quarter of the length before the moment, and all of the moment.
TimelineWindow Listening::window_around_moment(const Scenario& scenario) const {
  MomentFinder finder(*around_, record_);
  simulate(scenario, EngineKind::fiber, 0, &finder);
  if (!finder.found())
    throw InputError({{"--trace-around", "", "",
                       *around_ == MomentKind::first_abort ? "no connection is given up in this run"
                       : *around_ == MomentKind::record
                           ? fmt::format("record {} of session {} never comes to ktls_enqueue in this run",
                                         record_.number, record_.session)
                           : "no record waits in the measured time of this run"}});
  const Moment moment = *finder.found();
  complain(fmt::format("traced around {:.3f} to {:.3f} us{}", static_cast<double>(moment.from.count()) / 1e3,
                       static_cast<double>(moment.until.count()) / 1e3,
                       moment.record ? fmt::format(": record {} of session {}", moment.record->number, moment.record->session)
                                     : ""));
  TimelineWindow window = window_;
  window.from = std::max(kNoTime, moment.from - length_ / 4);
  window.until = std::min(end_of(scenario), std::max(window.from + length_, moment.until + length_ / 4));
  window.always = moment.record;
  return window;
}

RunResult listen(const Scenario& scenario, const TimelineWindow& window, const std::filesystem::path* trace,
                 CallProfile* profile) {
  std::vector<Listener*> all;
  if (profile != nullptr) all.push_back(profile);
  std::optional<FileInParts> file;
  std::optional<TraceJson> json;
  std::optional<Timeline> timeline;
  if (trace != nullptr) {
    file.emplace(*trace);
    json.emplace(*file, scenario.name, window);
    all.push_back(&timeline.emplace(window, *json));
  }
  Listeners listeners(all);
  const RunResult result = simulate(scenario, EngineKind::fiber, 0, &listeners);
  if (trace != nullptr && ended(result.status)) {
    json->finish();
    file->commit();
  }
  return result;
}

void Listening::write(const Scenario& scenario, const Experiment& experiment) const {
  if (!trace_ && !folded_) return;
  const bool there = !experiment.runs.empty() && experiment.runs.front().number == 0;
  if (!there || !ended(experiment.runs.front().result.status)) {
    complain("no timeline and no stacks: replication 0 did not end");
    return;
  }
  const TimelineWindow window = trace_ && around_ ? window_around_moment(scenario) : window_;
  CallProfile profile;
  const std::filesystem::path path = trace_ ? trace_->path() : "";
  const RunResult heard = listen(scenario, window, trace_ ? &path : nullptr, folded_ ? &profile : nullptr);
  if (heard.fingerprint != experiment.runs.front().result.fingerprint)
    throw std::runtime_error("the traced run took another way than the run: a bug of ktlssim");
  if (folded_) folded_->write(folded_stacks(profile.stacks()));
}

void write_of_comparison(const OutputDirectory& out, const Scenario& a, const Scenario& b) {
  std::array<CallProfile, 2> profiles;
  bool both = true;
  for (const auto& [i, scenario] : {std::pair{0, &a}, std::pair{1, &b}}) {
    const TimelineWindow window{kNoTime, std::min(end_of(*scenario), kWatched), kWatchedRecords};
    const std::filesystem::path trace = out.path() / (i == 0 ? "a" : "b") / "trace.json";
    both = ended(listen(*scenario, window, &trace, &profiles[static_cast<std::size_t>(i)]).status) && both;
  }
  if (both)
    out.write("difference.folded", folded_difference(profiles[0].stacks(), profiles[1].stacks()));
  else
    out.discard("difference.folded");
}

}  // namespace ktlssim
