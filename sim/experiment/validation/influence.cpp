#include "sim/experiment/validation/influence.hpp"

#include <algorithm>
#include <cmath>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/sensitivity/varied_parameters.hpp"
#include "sim/experiment/validation/prediction.hpp"

namespace ktlssim {

namespace {

constexpr double kFraction = 0.1;
// Looked at in all replications.
constexpr std::size_t kStrongest = 2 * kInfluencesNamed;

struct Candidate {
  std::size_t claim;
  Influence influence;
  double step;            // ln(high / low)
  std::string low, high;  // settings of the claim's variant, and of the other one
  std::string low_against, high_against;
  Compared compared_low{}, compared_high{};
};

std::string driver_of(const Variant& variant) {
  return load_scenario(variant.scenario, variant.sets).driver.name;
}

Candidate candidate(std::size_t claim, const VariedParameter& p) {
  return {.claim = claim,
          .influence = {p.pointer, p.confidence, 0},
          .step = std::log(p.high / p.low),
          .low = p.set_low(),
          .high = p.set_high(),
          .low_against = {},
          .high_against = {}};
}

std::vector<VariedParameter> parameters_of(const Variant& variant, const Claim& claim) {
  std::vector<NotVaried> not_varied;
  std::vector<VariedParameter> all = varied_parameters(variant, kFraction, not_varied);
  std::erase_if(all, [&claim](const VariedParameter& p) {
    return p.pointer.starts_with("/workload/") &&
           std::ranges::find(claim.unstated, p.pointer, &Series::pointer) == claim.unstated.end();
  });
  return all;
}

// Each variant's own values, so that the two may differ; what only one of them has is varied there alone.
void add_candidates(std::size_t number, const Claim& claim, std::vector<Candidate>& candidates) {
  std::vector<VariedParameter> others;
  bool one_driver = false;
  if (claim.against) {
    others = parameters_of(*claim.against, claim);
    one_driver = driver_of(claim.variant) == driver_of(*claim.against);
  }
  for (const VariedParameter& p : parameters_of(claim.variant, claim)) {
    candidates.push_back(candidate(number, p));
    const auto other = std::ranges::find(others, p.pointer, &VariedParameter::pointer);
    if (other == others.end() || (p.pointer.starts_with("/driver/") && !one_driver)) continue;
    candidates.back().low_against = other->set_low();
    candidates.back().high_against = other->set_high();
    others.erase(other);
  }
  for (const VariedParameter& p : others) {
    Candidate& added = candidates.emplace_back(candidate(number, p));
    added.influence.pointer = "against " + p.pointer;
    std::swap(added.low, added.low_against);
    std::swap(added.high, added.high_against);
  }
}

double change_of_a_tenth(double difference, double step) { return difference / step * std::log1p(kFraction); }

class Search {
 public:
  explicit Search(const std::vector<Claim>& claims) : claims_(claims) {
    for (std::size_t i = 0; i < claims.size(); ++i) add_candidates(i, claims[i], candidates_);
  }

  InfluenceRun run(std::size_t replications, const Pool& pool) {
    if (!screen(pool) || !measure(replications, pool)) return {{}, true};
    InfluenceRun result;
    for (Candidate& c : candidates_) {
      std::vector<Influence>& influences = result.influences[claims_[c.claim].name];
      if (influences.size() < kInfluencesNamed && c.influence.change != 0) influences.push_back(std::move(c.influence));
    }
    return result;
  }

 private:
  bool screen(const Pool& pool) {
    VariantRuns variants;
    std::vector<Compared> base;
    for (const Claim& claim : claims_) base.push_back(add_claim(variants, claim));
    for (Candidate& c : candidates_)
      c.compared_high = add_claim(variants, claims_[c.claim], {c.high}, {c.high_against});
    if (!variants.run(1, pool)) return false;
    for (Candidate& c : candidates_) c.influence.change = difference(variants, c, base[c.claim], c.compared_high);
    keep_strongest(kStrongest);
    return true;
  }

  bool measure(std::size_t replications, const Pool& pool) {
    VariantRuns variants;
    for (Candidate& c : candidates_) {
      c.compared_low = add_claim(variants, claims_[c.claim], {c.low}, {c.low_against});
      c.compared_high = add_claim(variants, claims_[c.claim], {c.high}, {c.high_against});
    }
    if (!variants.run(replications, pool)) return false;
    for (Candidate& c : candidates_)
      c.influence.change = change_of_a_tenth(difference(variants, c, c.compared_low, c.compared_high), c.step);
    keep_strongest(kInfluencesNamed);
    return true;
  }

  // Nothing where a run failed: a stall or a panic is no small change.
  double difference(const VariantRuns& variants, const Candidate& c, const Compared& low, const Compared& high) const {
    const Prediction a = predict(variants, claims_[c.claim], low);
    const Prediction b = predict(variants, claims_[c.claim], high);
    return a.failure.empty() && b.failure.empty() ? b.estimate.mean - a.estimate.mean : 0;
  }

  void keep_strongest(std::size_t number) {
    std::ranges::stable_sort(candidates_, [](const Candidate& a, const Candidate& b) {
      return a.claim != b.claim ? a.claim < b.claim : std::abs(a.influence.change) > std::abs(b.influence.change);
    });
    std::size_t kept = 0;
    std::size_t claim = claims_.size();
    std::erase_if(candidates_, [&](const Candidate& c) {
      if (c.claim != claim) kept = 0;
      claim = c.claim;
      return kept++ >= number;
    });
  }

  const std::vector<Claim>& claims_;
  std::vector<Candidate> candidates_;
};

}  // namespace

InfluenceRun find_influences(const std::vector<Claim>& claims, std::size_t replications, const Pool& pool) {
  return Search(claims).run(replications, pool);
}

}  // namespace ktlssim
