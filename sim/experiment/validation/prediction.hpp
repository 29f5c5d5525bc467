// What the model predicts for a claim, from simulated variants of a variants.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

// The variants of a claim, as numbers of a variants.
struct Compared {
  std::size_t variant;
  std::optional<std::size_t> against;
};

struct Prediction {
  Estimate estimate{};
  std::string failure;  // of a run, if any: then nothing is predicted
};

// The settings go on top of those of each variant; empty ones are none.
Compared add_claim(VariantRuns& variants, const Claim& claim, const std::vector<std::string>& sets = {},
                   const std::vector<std::string>& sets_against = {});

// The metric, or its ratio or difference to that of the second variant, replication by replication.
Prediction predict(const VariantRuns& variants, const Claim& claim, const Compared& compared);

}  // namespace ktlssim
