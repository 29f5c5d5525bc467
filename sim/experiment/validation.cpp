#include "sim/experiment/validation.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/experiment/plan.hpp"

namespace ktlssim {

namespace {

struct Compared {
  std::size_t variant;
  std::optional<std::size_t> against;
};

struct Prediction {
  Estimate estimate{};
  std::string failure;
};

Prediction failed(std::string why) { return {{}, std::move(why)}; }

Prediction predict(const Plan& plan, const Claim& claim, const Compared& compared) {
  std::vector<double> values;
  std::string unit;
  std::string why;
  bool random = false;
  for (std::size_t r = 0; r < plan.replications(); ++r) {
    const RunResult* const run = plan.result(compared.variant, r);
    const auto a = metric_of(run, claim.metric, why);
    if (!a) return failed(why);
    random = random || run->random;
    unit = a->unit;
    double value = a->value;
    if (compared.against) {
      const auto b = metric_of(plan.result(*compared.against, r), claim.metric, why);
      if (!b) return failed(why);
      value = claim.comparison == Comparison::ratio ? a->value / b->value : a->value - b->value;
    }
    values.push_back(value);
  }
  if (claim.comparison == Comparison::ratio) unit = std::string("1");
  return {estimate(claim.metric, unit, values, random), ""};
}

bool is_met(const Claim& claim, double predicted) {
  if (claim.relation == Relation::below) return predicted < claim.published;
  return std::abs(predicted - claim.published) <= claim.allowed();
}

}  // namespace

ValidationRun validate(const std::vector<Claim>& claims, std::size_t replications, std::size_t jobs,
                       bool with_series) {
  Plan plan;
  const auto plan_for = [&plan](const Variant& variant, const std::optional<Variant>& against) {
    return Compared{plan.add(variant), against ? std::optional(plan.add(*against)) : std::nullopt};
  };
  std::vector<Compared> compared;
  std::vector<std::vector<Compared>> series(claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const Claim& claim = claims[i];
    compared.push_back(plan_for(claim.variant, claim.against));
    if (!with_series || !claim.series) continue;
    for (const std::string& value : claim.series->values) {
      const std::string set = fmt::format("{}={}", claim.series->pointer, value);
      series[i].push_back(plan_for(with(claim.variant, set),
                                   claim.against ? std::optional(with(*claim.against, set)) : std::nullopt));
    }
  }
  ValidationRun run;
  run.interrupted = !plan.run(replications, jobs);
  if (run.interrupted) return run;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    ClaimOutcome& outcome = run.outcomes.emplace_back();
    outcome.claim = claims[i];
    Prediction prediction = predict(plan, claims[i], compared[i]);
    outcome.failure = std::move(prediction.failure);
    outcome.predicted = std::move(prediction.estimate);
    outcome.verdict =
        outcome.failure.empty() && is_met(claims[i], outcome.predicted.mean) ? Verdict::met : Verdict::missed;
    for (std::size_t p = 0; p < series[i].size(); ++p)
      outcome.series.push_back(
          {claims[i].series->values[p], predict(plan, claims[i], series[i][p]).estimate});
  }
  return run;
}

}  // namespace ktlssim
