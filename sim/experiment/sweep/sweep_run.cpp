#include "sim/experiment/sweep/sweep_run.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/run/window.hpp"
#include "sim/experiment/sweep/sweep_grow.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

// What a power failure may cost, at the most.
constexpr std::chrono::seconds kSyncInterval{5};

// Knows of a run no more than how it ended, and has no list of what is to do: a large process is slow to fork, and there is
// one fork a run.
class SweepRunner {
 public:
  SweepRunner(const Sweep& sweep, const SweepRunOptions& options, const SweepDirectory& directory)
      : sweep_(sweep),
        options_(options),
        directory_(directory),
        sums_(sweep.points.size()),
        planned_(sweep.points.size()),
        ends_(sweep.points.size() * sweep.replications(), End::none) {
    std::size_t written = 0;
    const std::size_t to_write = options.shard.count(sweep.points.size());
    for (std::size_t point = 0; point < sweep.points.size(); ++point) {
      if (!options.shard.contains(point)) continue;
      sums_[point] = directory.write_point(point, sweep.scenario(point));
      const RunsOfPoint runs = directory.runs(point);
      for (std::size_t i = 0; i < runs.size(); ++i)  // what failed is simulated once more
        if (runs[i] && runs[i]->result.status == RunStatus::done) ends_[number_of(point, i)] = End::done;
      if (++written; options.stage) options.stage("points written", written, to_write);
    }
  }

  // Rounds, because what is planned for a point may depend on its runs.
  SweepOutcome run() {
    SweepOutcome outcome;
    for (plan(); counts_.missing() > 0 && !outcome.interrupted; plan()) outcome.interrupted = simulate_missing();
    directory_.sync();
    if (options_.progress) options_.progress(counts_, ended_);
    outcome.counts = counts_;
    return outcome;
  }

 private:
  using Clock = std::chrono::steady_clock;
  enum class End : std::uint8_t { none, done, failed };

  std::size_t number_of(std::size_t point, std::size_t replication) const {
    return point * sweep_.replications() + replication;
  }

  // Counts anew.
  void plan() {
    counts_ = {};
    for (std::size_t point = 0; point < sweep_.points.size(); ++point) {
      if (!options_.shard.contains(point)) continue;
      planned_[point] = static_cast<std::uint32_t>(planned_of(point));
      counts_.total += planned_[point];
      for (std::size_t number = number_of(point, 0); number < number_of(point, planned_[point]); ++number)
        if (ends_[number] != End::none) ++(ends_[number] == End::done ? counts_.done : counts_.failed);
    }
  }

  // The first from `number` on that is planned and has not ended.
  std::optional<std::size_t> missing_from(std::size_t number) const {
    for (; number < ends_.size(); ++number) {
      const std::size_t point = number / sweep_.replications();
      if (number - number_of(point, 0) >= planned_[point])
        number = number_of(point + 1, 0) - 1;
      else if (ends_[number] == End::none)
        return number;
    }
    return std::nullopt;
  }

  std::size_t planned_of(std::size_t point) const {
    const MeasureParameters measure = sweep_.points[point].measure;
    RunsOfPoint runs;
    if (measure.relative_precision > 0)
      for (std::size_t number = number_of(point, 0); number < number_of(point + 1, 0) && ends_[number] != End::none; ++number)
        runs.push_back(directory_.run(number));
    return planned(measure, runs);
  }

  bool simulate_missing() {
    PoolOptions pool;
    pool.jobs = options_.jobs;
    pool.limit = options_.limit;
    pool.ended = [&](std::size_t number, RunResult result) {
      const std::size_t point = number / sweep_.replications();
      directory_.write_run(number, sweep_.scenario(point), result, sums_[point]);
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
    std::size_t from = 0;
    const auto next = [&] {
      const std::optional<std::size_t> number = missing_from(from);
      if (number) from = *number + 1;
      return number;
    };
    return run_in_children(next, pool, [&](std::size_t number) {
      return simulate_in_window(sweep_.scenario(number / sweep_.replications()), EngineKind::fiber, number % sweep_.replications());
    });
  }

  const Sweep& sweep_;
  const SweepRunOptions& options_;
  const SweepDirectory& directory_;
  std::vector<Sha256Sum> sums_;         // of the files of points
  std::vector<std::uint32_t> planned_;  // replications of a point; 0 outside the shard
  std::vector<End> ends_;               // of the runs, by number
  SweepCounts counts_;     // of the points of the shard
  std::size_t ended_ = 0;
  Clock::time_point synced_ = Clock::now();
};

}  // namespace

SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options) {
  if (options.resume && options.shard.whole())
    grow_sweep(options.out, sweep, manifest_of(sweep, options.command_line), options.stage);
  SweepDirectory directory(options.out, sweep, manifest_of(sweep, options.command_line),
                           options.resume || !options.shard.whole());
  SweepOutcome outcome = SweepRunner(sweep, options, directory).run();
  outcome.damaged = directory.damaged();
  // From the files, so that the tables are the same however they came about.
  if (options.shard.whole())
    outcome.counts = directory.write_tables(outcome.interrupted, options.command_line, options.stage);
  return outcome;
}

}  // namespace ktlssim
