// How far long work is, on standard error: a line that is rewritten on a terminal; elsewhere a line now and then; or
// JSON; or nothing.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string_view>

#include "sim/experiment/run/fork_pool.hpp"

namespace ktlssim {

enum class ProgressForm { text, json, none };
inline constexpr std::array<std::string_view, 3> kProgressFormNames{"text", "json", "none"};
inline std::string_view name(ProgressForm form) { return kProgressFormNames[static_cast<std::size_t>(form)]; }

class Progress {
 public:
  // `what` is counted: runs.
  explicit Progress(ProgressForm form, std::string_view what = "runs");
  ~Progress() { end(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `ended` of them ended while this lives: they tell the time that is left. Fewer than before is the next batch. Work
  // of a single run shows nothing as text.
  void show(const PoolCounts& counts, std::size_t ended);
  // The same of steps that cannot fail, while they are gone through: of what, how many are done, of how many. Another
  // `what` begins anew.
  void show_stage(std::string_view what, std::size_t done, std::size_t total);
  // Before anything else is printed: leaves the terminal's line.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  void show_counts(const PoolCounts& counts, std::size_t ended);
  bool is_due(Clock::time_point now) const;
  void begin_stage_if_new(std::string_view what, Clock::time_point now);
  void begin_batch_if_new(std::size_t ended, Clock::time_point now);

  ProgressForm form_;
  std::string_view what_;
  std::string_view stage_;  // empty: runs, or what else may fail
  bool terminal_;
  bool in_line_ = false;
  std::size_t batch_ = 1;
  std::size_t ended_ = 0;
  Clock::time_point start_ = Clock::now();  // of the batch
  Clock::time_point shown_ = start_;
};

// To be called as show_stage() of `progress`, which must outlive it.
std::function<void(std::string_view, std::size_t, std::size_t)> stage_of(Progress& progress);

}  // namespace ktlssim
