#include "sim/experiment/sweep/sweep_run.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/run/window.hpp"
#include "sim/experiment/sweep/sweep_grow.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

// What a power failure may cost, at the most.
constexpr std::chrono::seconds kSyncInterval{5};

// Knows of a run no more than how it ended: a large process is slow to fork, and there is one fork a run.
class SweepRunner {
 public:
  SweepRunner(const Sweep& sweep, const SweepRunOptions& options, const SweepDirectory& directory)
      : sweep_(sweep),
        options_(options),
        directory_(directory),
        sums_(sweep.points.size()),
        ends_(sweep.points.size() * sweep.replications(), End::none) {
    for (std::size_t point = 0; point < sweep.points.size(); ++point)
      if (options.shard.contains(point)) points_.push_back(point);
    std::size_t written = 0;
    for (const std::size_t point : points_) {
      const std::string sum = directory.write_point(point, sweep.scenario(point));
      std::copy_n(sum.begin(), std::min(sum.size(), sums_[point].size()), sums_[point].begin());
      const RunsOfPoint runs = directory.runs(point);
      for (std::size_t i = 0; i < runs.size(); ++i)  // what failed is simulated once more
        if (runs[i] && runs[i]->result.status == RunStatus::done) ends_[number_of(point, i)] = End::done;
      if (++written; options.stage) options.stage("points written", written, points_.size());
    }
  }

  // Rounds, because what is planned for a point may depend on its runs.
  SweepOutcome run() {
    SweepOutcome outcome;
    for (std::vector<std::size_t> wanted = plan(); !wanted.empty() && !outcome.interrupted; wanted = plan())
      outcome.interrupted = simulate_all(wanted);
    directory_.sync();
    if (options_.progress) options_.progress(counts_, ended_);
    outcome.counts = counts_;
    return outcome;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Sum = std::array<char, 64>;  // digits
  enum class End : std::uint8_t { none, done, failed };

  std::size_t number_of(std::size_t point, std::size_t replication) const {
    return point * sweep_.replications() + replication;
  }

  // Counts anew, and returns what is missing.
  std::vector<std::size_t> plan() {
    counts_ = {};
    std::vector<std::size_t> missing;
    for (const std::size_t point : points_) {
      const std::size_t n = planned_of(point);
      counts_.total += n;
      for (std::size_t number = number_of(point, 0); number < number_of(point, n); ++number) {
        if (ends_[number] == End::none)
          missing.push_back(number);
        else
          ++(ends_[number] == End::done ? counts_.done : counts_.failed);
      }
    }
    return missing;
  }

  std::size_t planned_of(std::size_t point) const {
    const MeasureParameters& measure = sweep_.points[point].measure;
    RunsOfPoint runs;
    if (measure.relative_precision > 0)
      for (std::size_t number = number_of(point, 0); number < number_of(point + 1, 0) && ends_[number] != End::none; ++number)
        runs.push_back(directory_.run(number));
    return planned(measure, runs);
  }

  bool simulate_all(const std::vector<std::size_t>& numbers) {
    PoolOptions pool;
    pool.jobs = options_.jobs;
    pool.limit = options_.limit;
    pool.ended = [&](std::size_t task, RunResult result) {
      const std::size_t number = numbers[task];
      const std::size_t point = number / sweep_.replications();
      directory_.write_run(number, sweep_.scenario(point), result, {sums_[point].data(), sums_[point].size()});
      const bool done = result.status == RunStatus::done;
      ends_[number] = done ? End::done : End::failed;
      ++(done ? counts_.done : counts_.failed);
      ++ended_;
    };
    pool.ticked = [&] {
      if (Clock::now() - synced_ >= kSyncInterval) {
        directory_.sync();
        synced_ = Clock::now();
      }
      if (options_.progress) options_.progress(counts_, ended_);
    };
    return run_in_children(numbers.size(), pool, [&](std::size_t task) {
      const std::size_t number = numbers[task];
      return simulate_in_window(sweep_.scenario(number / sweep_.replications()), EngineKind::fiber,
                      number % sweep_.replications());
    });
  }

  const Sweep& sweep_;
  const SweepRunOptions& options_;
  const SweepDirectory& directory_;
  std::vector<std::size_t> points_;
  std::vector<Sum> sums_;  // of the files of points
  std::vector<End> ends_;  // of the runs, by number
  SweepCounts counts_;     // of the points of the shard
  std::size_t ended_ = 0;
  Clock::time_point synced_ = Clock::now();
};

}  // namespace

SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options) {
  if (options.resume && options.shard.whole())
    grow_sweep(options.out, sweep, manifest_of(sweep, options.command_line), options.stage);
  SweepDirectory directory(options.out, manifest_of(sweep, options.command_line),
                           options.resume || !options.shard.whole());
  SweepOutcome outcome = SweepRunner(sweep, options, directory).run();
  outcome.damaged = directory.damaged();
  // From the files, so that the tables are the same however they came about.
  if (options.shard.whole())
    outcome.counts = directory.write_tables(outcome.interrupted, options.command_line, options.stage);
  return outcome;
}

}  // namespace ktlssim
