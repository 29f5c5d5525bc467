#include "sim/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "sim/cli/output.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

constexpr std::chrono::milliseconds kOnTerminal{200};
constexpr std::chrono::seconds kAsJson{1};
constexpr std::chrono::seconds kElsewhere{5};

struct Speed {
  double elapsed_s;
  double runs_per_s;
  std::size_t missing;

  bool known() const { return runs_per_s > 0; }
  double left_s() const { return static_cast<double>(missing) / runs_per_s; }
};

std::string json_line(const PoolCounts& counts, std::size_t batch, const Speed& speed, std::string_view what) {
  const Json left = speed.known() ? number_json(speed.left_s()) : Json();
  return Json{{"what", what},
              {"batch", batch},
              {"total", counts.total},
              {"done", counts.done},
              {"failed", counts.failed},
              {"elapsed_s", speed.elapsed_s},
              {"runs_per_s", speed.runs_per_s},
              {"left_s", left}}
      .dump();
}

std::string text_line(const PoolCounts& counts, std::size_t batch, const Speed& speed, std::string_view what, bool may_fail) {
  std::string line = batch > 1 ? fmt::format("batch {}: ", batch) : "";
  line += fmt::format("{}/{} {}", counts.done + counts.failed, counts.total, what);
  if (may_fail) line += fmt::format(", {} failed", counts.failed);
  line += fmt::format(", {:.1f}/s", speed.runs_per_s);
  if (speed.known()) line += fmt::format(", {:.0f} s left", speed.left_s());
  return line;
}

}  // namespace

Progress::Progress(ProgressForm form, std::string_view what)
    : form_(form), what_(what), terminal_(form == ProgressForm::text && isatty(STDERR_FILENO) == 1) {}

bool Progress::is_due(Clock::time_point now) const {
  if (form_ == ProgressForm::json) return now - shown_ >= kAsJson;
  if (terminal_) return now - shown_ >= kOnTerminal;
  return now - shown_ >= kElsewhere;
}

void Progress::begin_stage_if_new(std::string_view what, Clock::time_point now) {
  if (what == stage_) return;
  stage_ = what;
  start_ = now;
  batch_ = 1;
  ended_ = 0;
}

void Progress::begin_batch_if_new(std::size_t ended, Clock::time_point now) {
  if (ended < ended_) {
    start_ = now;
    ++batch_;
  }
  ended_ = ended;
}

void Progress::show(const PoolCounts& counts, std::size_t ended) {
  begin_stage_if_new("", Clock::now());
  show_counts(counts, ended);
}

void Progress::show_stage(std::string_view what, std::size_t done, std::size_t total) {
  begin_stage_if_new(what, Clock::now());
  show_counts({total, done, 0}, done);
}

void Progress::show_counts(const PoolCounts& counts, std::size_t ended) {
  const auto now = Clock::now();
  begin_batch_if_new(ended, now);
  if (form_ == ProgressForm::none || !is_due(now)) return;
  if (form_ == ProgressForm::text && counts.total < 2) return;
  shown_ = now;
  const std::string_view what = stage_.empty() ? what_ : stage_;
  const double elapsed_s = std::chrono::duration<double>(now - start_).count();
  const Speed speed{elapsed_s, elapsed_s > 0 ? static_cast<double>(ended) / elapsed_s : 0,
                    counts.total - counts.done - counts.failed};
  if (form_ == ProgressForm::json) {
    fmt::print(stderr, "{}\n", json_line(counts, batch_, speed, what));
    return;
  }
  const std::string line = text_line(counts, batch_, speed, what, stage_.empty());
  if (!terminal_) return complain(line);
  fmt::print(stderr, "\r{:<70}", line);
  std::fflush(stderr);
  in_line_ = true;
}

std::function<void(std::string_view, std::size_t, std::size_t)> stage_of(Progress& progress) {
  return [&progress](std::string_view what, std::size_t done, std::size_t total) { progress.show_stage(what, done, total); };
}

void Progress::end() {
  if (in_line_) fmt::print(stderr, "\n");
  in_line_ = false;
}

}  // namespace ktlssim
