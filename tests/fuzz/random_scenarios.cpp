// Runs random scenarios on both engines and in single steps, and compares: ktlssim_random_scenarios [COUNT [FIRST [JOBS]]].
// Prints what the scenarios had in them and how they ended. Exit status 1 if any two runs of one took different ways.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/text/run_result_json.hpp"
#include "sim/machine/simulate.hpp"
#include "tests/fuzz/random_scenario.hpp"

namespace {

using namespace ktlssim;

enum Way { fiber, simgrid, single, kWays };

struct Runs {
  std::array<std::optional<RunResult>, kWays> of;

  bool complete() const { return of[fiber] && of[simgrid] && of[single]; }
};

RunResult run(const Scenario& scenario, std::size_t way) {
  if (way == simgrid) return simulate(scenario, EngineKind::simgrid, 0);
  return simulate(scenario, EngineKind::fiber, 0, nullptr, way == single ? Stepping::single : Stepping::merged);
}

// Every byte that does not depend on the machine at hand.
std::string bytes_of(RunResult result) {
  result.wall_seconds = 0;
  result.peak_memory_kib = 0;
  return encode(result);
}

std::string difference(const Runs& runs) {
  const RunResult& a = *runs.of[fiber];
  if (a.status == RunStatus::failed) return fmt::format("failed: {}", a.diagnosis);
  if (bytes_of(a) != bytes_of(*runs.of[simgrid]))
    return fmt::format("fiber and simgrid differ: {} {:x}, {} {:x}: {}", name(a.status), a.fingerprint,
                       name(runs.of[simgrid]->status), runs.of[simgrid]->fingerprint, runs.of[simgrid]->diagnosis);
  if (a.status != runs.of[single]->status || a.fingerprint != runs.of[single]->fingerprint)
    return fmt::format("merged and single steps differ: {} {:x}, {} {:x}: {}", name(a.status), a.fingerprint,
                       name(runs.of[single]->status), runs.of[single]->fingerprint, runs.of[single]->diagnosis);
  return {};
}

std::uint64_t argument(int argc, char** argv, int index, std::uint64_t fallback) {
  return argc > index ? std::strtoull(argv[index], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argument(argc, argv, 1, 60);
  const std::uint64_t first = argument(argc, argv, 2, 1);
  std::map<std::string, std::size_t> features;
  std::vector<std::uint64_t> seeds;
  std::uint64_t drawn = 0;
  for (std::uint64_t seed = first; seeds.size() < count; ++seed, ++drawn) {
    const std::optional<RandomScenario> random = random_scenario(seed);
    if (!random) continue;
    seeds.push_back(seed);
    for (const std::string& feature : features_of(random->scenario)) ++features[feature];
  }

  std::vector<Runs> runs(seeds.size());
  std::map<std::string, std::size_t> ends;
  std::size_t different = 0;
  PoolOptions pool;
  pool.jobs = argument(argc, argv, 3, 1);
  pool.limit = std::chrono::seconds(120);
  pool.ended = [&](std::size_t task, RunResult result) {
    Runs& all = runs[task / kWays];
    all.of[task % kWays] = std::move(result);
    if (!all.complete()) return;
    ++ends[std::string(name(all.of[fiber]->status))];
    if (const std::string what = difference(all); !what.empty()) {
      ++different;
      fmt::print("seed {}: {}\n{}", seeds[task / kWays], what, random_scenario(seeds[task / kWays])->json);
    }
    all = {};
  };
  load_engine(EngineKind::simgrid);
  run_in_children(each_below(seeds.size() * kWays), pool, [&](std::size_t task) {
    return run(random_scenario(seeds[task / kWays])->scenario, task % kWays);
  });

  fmt::print("{} scenarios of {} drawn, seeds {} to {}\n", seeds.size(), drawn, first, first + drawn - 1);
  for (const auto& [end, times] : ends) fmt::print("ended {}: {}\n", end, times);
  for (const auto& [feature, times] : features) fmt::print("{:>6}  {}\n", times, feature);
  fmt::print("{} differ or failed\n", different);
  return different == 0 ? 0 : 1;
}
