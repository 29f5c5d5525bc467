#include "sim/experiment/validation/prediction.hpp"

#include <utility>

namespace ktlssim {

namespace {

std::size_t add(VariantRuns& variants, Variant variant, const std::vector<std::string>& sets) {
  for (const std::string& set : sets)
    if (!set.empty()) variant = with(std::move(variant), set);
  return variants.add(variant);
}

Prediction failed(std::string why) { return {{}, std::move(why)}; }

}  // namespace

Compared add_claim(VariantRuns& variants, const Claim& claim, const std::vector<std::string>& sets,
                   const std::vector<std::string>& sets_against) {
  const std::size_t variant = add(variants, claim.variant, sets);
  if (!claim.against) return {variant, std::nullopt};
  return {variant, add(variants, *claim.against, sets_against)};
}

Prediction predict(const VariantRuns& variants, const Claim& claim, const Compared& compared) {
  std::vector<double> values;
  std::string unit;
  std::string why;
  bool random = false;
  for (std::size_t r = 0; r < variants.replications(); ++r) {
    const RunResult* const run = variants.result(compared.variant, r);
    const auto a = metric_of(run, claim.metric, why);
    if (!a) return failed(why);
    random = random || run->random;
    unit = a->unit;
    double value = a->value;
    if (compared.against) {
      const auto b = metric_of(variants.result(*compared.against, r), claim.metric, why);
      if (!b) return failed(why);
      value = claim.comparison == Comparison::ratio ? a->value / b->value : a->value - b->value;
    }
    values.push_back(value);
  }
  if (claim.comparison == Comparison::ratio) unit = std::string("1");
  return {estimate(claim.metric, unit, values, random), ""};
}

}  // namespace ktlssim
