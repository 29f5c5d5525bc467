#include "sim/experiment/run/variant_runs.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/run/window.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

Variant with(Variant variant, std::string set) {
  variant.sets.push_back(std::move(set));
  return variant;
}

std::size_t VariantRuns::add(const Variant& variant) {
  const std::string key = fmt::format("{}\n{}", variant.scenario.string(), fmt::join(variant.sets, "\n"));
  const auto found = index_.find(key);
  if (found != index_.end()) return found->second;
  scenarios_.push_back(load_scenario(variant.scenario, variant.sets));
  return index_.emplace(key, scenarios_.size() - 1).first->second;
}

bool VariantRuns::run(std::size_t replications, const Pool& pool) {
  replications_ = replications;
  PoolOutcome outcome = run_in_children(scenarios_.size() * replications, pool, [this](std::size_t task) {
    return simulate_in_window(scenarios_[task / replications_], EngineKind::fiber, task % replications_);
  });
  results_ = std::move(outcome.results);
  return !outcome.interrupted;
}

const RunResult* VariantRuns::result(std::size_t variant, std::size_t replication) const {
  const auto& result = results_.at(variant * replications_ + replication);
  return result ? &*result : nullptr;
}

std::optional<Metric> metric_of(const RunResult* run, const std::string& name, std::string& why) {
  if (run == nullptr) {
    why = "not simulated";
  } else if (run->status != RunStatus::done) {
    why = run->diagnosis;
  } else {
    const Metric* const metric = run->metric(name);
    if (metric != nullptr && std::isfinite(metric->value)) return *metric;
    why = metric != nullptr ? fmt::format("\"{}\" has no value: no record became ready", name)
                            : fmt::format("there is no metric \"{}\"", name);
  }
  return std::nullopt;
}

}  // namespace ktlssim
