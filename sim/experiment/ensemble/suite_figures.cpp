#include "sim/experiment/ensemble/suite_figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <stdexcept>

#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/ensemble/later_waves.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/experiment/statistics/mean.hpp"
#include "sim/experiment/text/problems.hpp"
#include "sim/experiment/text/sums.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

bool same_machine(const Scenario& a, const Scenario& b) {
  return a.host.name == b.host.name && a.driver.name == b.driver.name;
}

// Runs that several claims have in common are simulated once a draw.
class Runs {
 public:
  double metric(const std::string& key, const std::string& name, std::size_t replication,
                const std::function<Scenario()>& scenario) {
    auto found = results_.find(key);
    if (found == results_.end()) found = results_.emplace(key, run(replication, scenario)).first;
    std::string why;
    const auto value = metric_of(&found->second, name, why);
    return value ? value->value : kNaN;
  }

 private:
  static RunResult run(std::size_t replication, const std::function<Scenario()>& scenario) {
    try {
      return simulate(scenario(), EngineKind::fiber, replication);
    } catch (const InputError& error) {  // values that do not go together
      RunResult none;
      none.status = RunStatus::failed;
      none.diagnosis = error.what();
      return none;
    }
  }
  std::map<std::string, RunResult> results_;
};

double standard_deviation(const std::vector<double>& values) {
  double mean = 0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
}

}  // namespace

Scenario with_shorter_window(Scenario scenario, std::uint64_t events, std::uint64_t most) {
  constexpr double kLeast = 0.125;
  MeasureParameters& measure = scenario.measure;
  const double whole_ms = measure.warmup_ms + measure.duration_ms;
  if (events <= most || whole_ms <= 0) return scenario;
  const double affordable_ms = whole_ms * static_cast<double>(most) / static_cast<double>(events) - measure.warmup_ms;
  measure.duration_ms = std::max(measure.duration_ms * kLeast, std::min(measure.duration_ms, affordable_ms));
  return scenario;
}

SuiteFigures::SuiteFigures(const Suite& suite) {
  for (const Claim& claim : suite.claims) {
    const auto side = [](const Variant& variant) {
      return Side{variant, load_scenario(variant.scenario, variant.sets), 0};
    };
    plan_.push_back({&claim, side(claim.variant), std::nullopt, {}});
    if (claim.against) plan_.back().b = side(*claim.against);
  }
  for (Planned& planned : plan_)
    for (const Planned& other : plan_) {
      if (other.claim->source != planned.claim->source || !same_machine(other.a.scenario, planned.a.scenario)) continue;
      for (const Series& series : other.claim->unstated) {
        const std::string name = fmt::format("source {} {}", planned.claim->source, series.pointer);
        if (std::ranges::find(planned.unstated, name, &Unstated::name) == planned.unstated.end())
          planned.unstated.push_back({name, &series});
      }
    }
}

Scenario SuiteFigures::scenario_of(const Side& side, const Planned& planned, std::size_t draw) const {
  Variant variant = side.variant;
  for (const Unstated& unstated : planned.unstated) {
    const std::vector<std::string>& values = unstated.series->values;
    // What the claim's scenario has is as likely as each of the others.
    const auto choice =
        static_cast<std::size_t>(quantile(unstated.name, draw) * static_cast<double>(values.size() + 1));
    if (choice > 0) variant.sets.push_back(fmt::format("{}={}", unstated.series->pointer, values[choice - 1]));
  }
  return on_machine(load_scenario(variant.scenario, variant.sets), draw);
}

bool SuiteFigures::prepare(std::size_t replications, const Pool& pool) {
  std::vector<Side*> sides;
  for (Planned& planned : plan_) {
    sides.push_back(&planned.a);
    if (planned.b) sides.push_back(&*planned.b);
  }
  const PoolOutcome first = run_in_children(sides.size(), pool, [&](std::size_t i) {
    return simulate(sides[i]->scenario, EngineKind::fiber, 0);
  });
  if (first.interrupted) return false;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    if (!first.results[i] || first.results[i]->status != RunStatus::done)
      throw std::runtime_error(fmt::format("{}: {}", sides[i]->scenario.name,
                                           first.results[i] ? first.results[i]->diagnosis : "not simulated"));
    sides[i]->events = first.results[i]->events;
  }
  std::vector<std::size_t> all(plan_.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const PoolOutcome again = run_in_children(replications, pool, [&](std::size_t r) { return figures(r, all, false); });
  if (again.interrupted) return false;
  for (std::size_t c = 0; c < plan_.size(); ++c) {
    std::vector<double> values;
    for (const auto& result : again.results) {
      const double value = result && c < result->metrics.size() ? result->metrics[c].value : kNaN;
      if (!std::isfinite(value)) continue;
      values.push_back(plan_[c].claim->comparison == Comparison::difference ? value : std::log(value));
    }
    dice_.push_back(standard_deviation(values));
    double mean = 0;
    for (const double v : values) mean += v / static_cast<double>(values.size());
    plain_.push_back(plan_[c].claim->comparison == Comparison::difference ? mean : std::exp(mean));
  }
  return true;
}

RunResult SuiteFigures::figures(std::size_t draw, const std::vector<std::size_t>& claims, bool drawn) const {
  Runs runs;
  RunResult all;
  for (const std::size_t c : claims) {
    const Planned& planned = plan_[c];
    const auto value = [&](const Side& side) {
      const std::string key = fmt::format("{}\n{}\n{}", planned.claim->source, side.variant.scenario.string(),
                                          fmt::join(side.variant.sets, "\n"));
      return runs.metric(key, planned.claim->metric, draw, [&] {
        return with_shorter_window(drawn ? scenario_of(side, planned, draw) : side.scenario, side.events);
      });
    };
    double figure = value(planned.a);
    if (planned.b && planned.claim->comparison == Comparison::ratio) figure /= value(*planned.b);
    if (planned.b && planned.claim->comparison == Comparison::difference) figure -= value(*planned.b);
    all.metrics.push_back({planned.claim->name, "", figure});
  }
  return all;
}

std::vector<std::vector<double>> SuiteFigures::draw(const std::vector<std::size_t>& numbers,
                                                    const std::vector<std::size_t>& claims, const Pool& pool) const {
  const PoolOutcome outcome =
      run_in_children(numbers.size(), pool, [&](std::size_t i) { return figures(numbers[i], claims, true); });
  std::vector<std::vector<double>> draws;
  for (const auto& result : outcome.results) {
    if (!result) break;
    std::vector<double>& figures = draws.emplace_back(claims.size(), kNaN);
    for (std::size_t c = 0; c < std::min(figures.size(), result->metrics.size()); ++c)
      figures[c] = as_kept(result->metrics[c].value);
  }
  return draws;
}

std::vector<DrawnName> SuiteFigures::places(const std::vector<std::size_t>& claims) const {
  std::map<std::string, std::size_t> choices;
  for (const std::size_t c : claims) {
    const Planned& planned = plan_[c];
    for (const InexactValue& value : inexact_values(planned.a.scenario)) choices[value.name] = 0;
    if (planned.b)
      for (const InexactValue& value : inexact_values(planned.b->scenario)) choices[value.name] = 0;
    for (const Unstated& unstated : planned.unstated) choices[unstated.name] = unstated.series->values.size() + 1;
  }
  std::vector<DrawnName> all;
  for (const auto& [name, count] : choices) all.push_back({name, count});
  return all;
}

Json SuiteFigures::made_of(const Side& side, const Planned& planned) {
  const auto simulated = [&side](const Scenario& scenario) {
    Json json = effective_json(with_shorter_window(scenario, side.events));
    json.erase("description");
    return json;
  };
  Json all{{"scenario", simulated(side.scenario)}};
  for (const Unstated& unstated : planned.unstated)
    for (const std::string& value : unstated.series->values) {
      Variant variant = side.variant;
      variant.sets.push_back(fmt::format("{}={}", unstated.series->pointer, value));
      std::string text = value;
      try {
        text += simulated(load_scenario(variant.scenario, variant.sets)).dump();
      } catch (const InputError& error) {  // does not go together with this claim
        text += error.what();
      }
      all[unstated.name].push_back(sha256(text));
    }
  return all;
}

std::string SuiteFigures::made_of(std::size_t claim) const {
  const Planned& planned = plan_[claim];
  Json all{{"metric", planned.claim->metric},
           {"comparison", name(planned.claim->comparison)},
           {"source", planned.claim->source},
           {"sides", Json::array({made_of(planned.a, planned)})}};
  if (planned.b) all["sides"].push_back(made_of(*planned.b, planned));
  return sha256(all.dump());
}

Priors SuiteFigures::priors() const {
  Priors all;
  for (const Planned& planned : plan_) {
    add_priors(all, inexact_values(planned.a.scenario));
    if (planned.b) add_priors(all, inexact_values(planned.b->scenario));
  }
  return all;
}

}  // namespace ktlssim
