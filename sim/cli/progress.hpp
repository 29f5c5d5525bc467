// How far long work is, on standard error: a line that is rewritten on a terminal; elsewhere a line now and then; or
// JSON; or nothing.
#pragma once

#include <array>
#include <chrono>
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
  // Before anything else is printed: leaves the terminal's line.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  bool is_due(Clock::time_point now) const;
  void begin_batch_if_new(std::size_t ended, Clock::time_point now);

  ProgressForm form_;
  std::string_view what_;
  bool terminal_;
  bool in_line_ = false;
  std::size_t batch_ = 1;
  std::size_t ended_ = 0;
  Clock::time_point start_ = Clock::now();  // of the batch
  Clock::time_point shown_ = start_;
};

}  // namespace ktlssim
