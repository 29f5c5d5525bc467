#include "sim/cli/known_sweep.hpp"

#include <fmt/format.h>

#include "sim/cli/known_output.hpp"
#include "sim/cli/output.hpp"
#include "sim/experiment/run/window.hpp"

namespace ktlssim {

namespace {

// The first that is done and says what it took.
std::optional<SweepRun> run_that_is_done(const SweepDirectory& directory, const Sweep& sweep, std::size_t point) {
  for (std::size_t i = 0; i < sweep.replications(); ++i) {
    std::optional<SweepRun> run = directory.run(point * sweep.replications() + i);
    if (run && run->result.status == RunStatus::done && run->result.events > 0) return run;
  }
  return std::nullopt;
}

}  // namespace

bool write_known_of_points(SweepDirectory& directory, const Sweep& sweep, const SweepShard& shard,
                           const EnsembleOption& ensemble, const std::string& asked, const Pool& pool) {
  std::string why;
  for (std::size_t point = 0; point < sweep.points.size(); ++point) {
    if (!shard.contains(point)) continue;
    const std::optional<Json> there = directory.known(point);
    if (there && there->value("asked", "") == asked) continue;
    const std::optional<SweepRun> run = run_that_is_done(directory, sweep, point);
    if (!run) continue;
    const Scenario scenario = as_measured(sweep.scenario(point), run->result);
    why.clear();
    const std::optional<KnownAnswer> answer = ensemble.answer({&scenario}, {run->result.events}, pool, why);
    if (why == kInterrupted) return false;
    if (!answer) {
      complain(fmt::format("point {}: what is not known: {}", point, why));
      continue;
    }
    Json known = known_json(*answer);
    known["asked"] = asked;
    directory.write_known(point, known);
  }
  directory.sync();
  return true;
}

}  // namespace ktlssim
