#include "sim/experiment/sweep_run.hpp"

#include <vector>

#include "sim/experiment/fork_pool.hpp"
#include "sim/experiment/simulate.hpp"

namespace ktlssim {

SweepOutcome run_sweep(const Sweep& sweep, const SweepRunOptions& options) {
  SweepDirectory directory(options.out, manifest_of(sweep, options.command_line),
                           options.resume || !options.shard.whole());
  SweepOutcome outcome;
  SweepCounts& counts = outcome.counts;
  const auto add = [&counts](RunStatus status) {
    ++(status == RunStatus::done ? counts.done : counts.failed);
  };
  std::vector<std::size_t> wanted;
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    if (!options.shard.contains(point)) continue;
    directory.write_point(point, sweep.points[point].scenario);
    for (std::size_t i = 0; i < sweep.replications(); ++i) {
      const std::size_t number = point * sweep.replications() + i;
      ++counts.total;
      const std::optional<SweepRun> run = directory.run(number);
      if (!run || run->result.status != RunStatus::done)
        wanted.push_back(number);
      else
        add(run->result.status);
    }
  }

  std::size_t ended = 0;
  PoolOptions pool;
  pool.jobs = options.jobs;
  pool.limit = options.limit;
  pool.ended = [&](std::size_t task, RunResult result) {
    directory.write_run(wanted[task], result);
    add(result.status);
    ++ended;
  };
  pool.ticked = [&] {
    if (options.progress) options.progress(counts, ended);
  };
  outcome.interrupted = run_in_children(wanted.size(), pool, [&](std::size_t task) {
    const std::size_t number = wanted[task];
    return simulate(sweep.points[number / sweep.replications()].scenario, EngineKind::fiber,
                    number % sweep.replications());
  });
  pool.ticked();
  // From the files, so that the tables are the same however they came about.
  if (options.shard.whole()) counts = directory.write_tables(outcome.interrupted, options.command_line);
  return outcome;
}

}  // namespace ktlssim
