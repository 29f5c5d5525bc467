#include "sim/experiment/sweep/sweep_run.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
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

class SweepRunner {
 public:
  SweepRunner(const Sweep& sweep, const SweepRunOptions& options, const SweepDirectory& directory)
      : sweep_(sweep), options_(options), directory_(directory), sums_(sweep.points.size()), runs_(directory.runs(options.stage)) {
    for (std::size_t point = 0; point < sweep.points.size(); ++point)
      if (options.shard.contains(point)) points_.push_back(point);
    std::size_t written = 0;
    for (const std::size_t point : points_) {
      const std::string sum = directory.write_point(point, sweep.scenario(point));
      std::copy_n(sum.begin(), std::min(sum.size(), sums_[point].size()), sums_[point].begin());
      if (++written; options.stage) options.stage("points written", written, points_.size());
      for (std::size_t i = 0; i < sweep.replications(); ++i) {
        auto& run = runs_[point * sweep.replications() + i];
        if (run && run->result.status != RunStatus::done) run.reset();  // once more
        if (run) keep(point * sweep.replications() + i, *run);
      }
    }
  }

  // Rounds, because what is planned for a point may depend on its runs.
  SweepOutcome run() {
    SweepOutcome outcome;
    for (std::vector<std::size_t> wanted = missing(); !wanted.empty() && !outcome.interrupted;
         wanted = missing())
      outcome.interrupted = simulate_all(wanted);
    directory_.sync();
    if (options_.progress) options_.progress(counts(), ended_);
    outcome.counts = counts();
    return outcome;
  }

 private:
  using Clock = std::chrono::steady_clock;
  using Sum = std::array<char, 64>;  // digits, and nothing of the heap: see keep()

  std::vector<std::size_t> missing() const {
    std::vector<std::size_t> numbers;
    for (const std::size_t point : points_)
      for (std::size_t i = 0; i < planned(sweep_, runs_, point); ++i)
        if (!runs_[point * sweep_.replications() + i]) numbers.push_back(point * sweep_.replications() + i);
    return numbers;
  }

  bool simulate_all(const std::vector<std::size_t>& numbers) {
    PoolOptions pool;
    pool.jobs = options_.jobs;
    pool.limit = options_.limit;
    pool.ended = [&](std::size_t task, RunResult result) {
      const std::size_t number = numbers[task];
      const std::size_t point = number / sweep_.replications();
      keep(number, directory_.write_run(number, sweep_.scenario(point), result, {sums_[point].data(), sums_[point].size()}));
      ++ended_;
    };
    pool.ticked = [&] {
      if (Clock::now() - synced_ >= kSyncInterval) {
        directory_.sync();
        synced_ = Clock::now();
      }
      if (options_.progress) options_.progress(counts(), ended_);
    };
    return run_in_children(numbers.size(), pool, [&](std::size_t task) {
      const std::size_t number = numbers[task];
      return simulate_in_window(sweep_.scenario(number / sweep_.replications()), EngineKind::fiber,
                      number % sweep_.replications());
    });
  }

  // Of a point whose number of replications is fixed nothing but how its runs ended, which many share: a large process is
  // slow to fork.
  void keep(std::size_t number, SweepRun run) {
    const bool fixed = sweep_.points[number / sweep_.replications()].measure.relative_precision <= 0;
    runs_[number] = fixed ? ended(run.result.status) : std::make_shared<const SweepRun>(std::move(run));
  }

  std::shared_ptr<const SweepRun> ended(RunStatus status) {
    std::shared_ptr<const SweepRun>& all = ended_as_[status];
    if (!all) {
      SweepRun run;
      run.result.status = status;
      all = std::make_shared<const SweepRun>(std::move(run));
    }
    return all;
  }

  SweepCounts counts() const { return count(sweep_, runs_, points_); }

  const Sweep& sweep_;
  const SweepRunOptions& options_;
  const SweepDirectory& directory_;
  std::vector<std::size_t> points_;
  std::vector<Sum> sums_;  // of the files of points
  SweepRuns runs_;
  std::map<RunStatus, std::shared_ptr<const SweepRun>> ended_as_;
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
