#include "sim/experiment/validation/validation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "sim/experiment/validation/prediction.hpp"

namespace ktlssim {

namespace {

bool is_met(const Claim& claim, double predicted) {
  if (claim.relation == Relation::below) return predicted < claim.published;
  return std::abs(predicted - claim.published) <= claim.allowed();
}

// All that is to be simulated of one claim.
struct Planned {
  Compared claim;
  std::vector<SeriesPoint> points;
  std::vector<Compared> compared;  // of each point
  std::vector<Compared> mechanisms;
};

void add_series(VariantRuns& variants, const Claim& claim, const Series& series, bool unstated, Planned& planned) {
  for (const std::string& value : series.values) {
    const std::string set = fmt::format("{}={}", series.pointer, value);
    planned.points.push_back({{}, series.pointer, value, unstated});
    planned.compared.push_back(add_claim(variants, claim, {set}, {set}));
  }
}

Judged judge(const VariantRuns& variants, const Claim& claim, const Compared& compared) {
  Prediction prediction = predict(variants, claim, compared);
  const bool met = prediction.failure.empty() && is_met(claim, prediction.estimate.mean);
  return {std::move(prediction.failure), std::move(prediction.estimate), met ? Verdict::met : Verdict::missed};
}

}  // namespace

std::vector<SeriesPoint> ClaimOutcome::chosen_points() const {
  std::vector<SeriesPoint> points;
  if (!claim.fitted.empty()) return points;
  std::ranges::copy_if(series, std::back_inserter(points), [this](const SeriesPoint& point) {
    return point.unstated && point.verdict != verdict;
  });
  return points;
}

bool ClaimOutcome::is_supported_by(const MechanismOutcome& mechanism) const {
  return mechanism.failure.empty() && std::abs(mechanism.predicted.mean - claim.published) < std::abs(error());
}

ValidationRun validate(const std::vector<Claim>& claims, std::size_t replications, const Pool& pool, Besides besides) {
  std::map<std::size_t, VariantRuns> plans;  // by the number of replications
  const auto plan_of = [&](const Claim& claim) -> VariantRuns& {
    return plans[std::max(replications, static_cast<std::size_t>(claim.replications))];
  };
  std::vector<Planned> planned;
  for (const Claim& claim : claims) {
    VariantRuns& variants = plan_of(claim);
    planned.push_back({add_claim(variants, claim), {}, {}, {}});
    if (besides.mechanisms)
      for (const Mechanism& each : claim.mechanisms)
        planned.back().mechanisms.push_back(add_claim(variants, claim, each.sets, each.sets));
    if (!besides.series) continue;
    if (claim.series) add_series(variants, claim, *claim.series, false, planned.back());
    for (const Series& series : claim.unstated) add_series(variants, claim, series, true, planned.back());
  }
  ValidationRun run;
  for (auto& [number, variants] : plans) {
    run.interrupted = !variants.run(number, pool);
    if (run.interrupted) return run;
  }
  for (std::size_t i = 0; i < claims.size(); ++i) {
    const VariantRuns& variants = plan_of(claims[i]);
    ClaimOutcome& outcome = run.outcomes.emplace_back();
    outcome.claim = claims[i];
    static_cast<Judged&>(outcome) = judge(variants, claims[i], planned[i].claim);
    outcome.series = std::move(planned[i].points);
    for (std::size_t p = 0; p < outcome.series.size(); ++p)
      static_cast<Judged&>(outcome.series[p]) = judge(variants, claims[i], planned[i].compared[p]);
    for (std::size_t m = 0; m < planned[i].mechanisms.size(); ++m)
      outcome.mechanisms.push_back({judge(variants, claims[i], planned[i].mechanisms[m]), claims[i].mechanisms[m]});
  }
  return run;
}

}  // namespace ktlssim
