// Many variants of scenarios, each simulated the same number of times with common random numbers, in a pool
// of children.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// A scenario's file, and what `--set` changes in it.
struct Variant {
  std::filesystem::path scenario;
  std::vector<std::string> sets;
};

Variant with(Variant variant, std::string set);

class VariantRuns {
 public:
  // Reads the scenario; the same variant twice is simulated once. Returns its number, from 0. Throws
  // InputError.
  std::size_t add(const Variant& variant);
  // On the fiber engine. False if interrupted.
  bool run(std::size_t replications, const Pool& pool);

  std::size_t replications() const { return replications_; }
  // Null if it was not simulated.
  const RunResult* result(std::size_t variant, std::size_t replication) const;

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<Scenario> scenarios_;
  std::vector<std::optional<RunResult>> results_;
  std::size_t replications_ = 0;
};

// The metric of a run that is done; nothing, and the reason in `why`, if there is none.
std::optional<Metric> metric_of(const RunResult* run, const std::string& name, std::string& why);

}  // namespace ktlssim
