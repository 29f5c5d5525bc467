// What the model predicts for a claim, from simulated variants of a variants.
#pragma once

#include <optional>
#include <string>

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

// Each setting goes on top of those of its variant, unless it is empty.
Compared add_claim(VariantRuns& variants, const Claim& claim, const std::string& set = "",
                   const std::string& set_against = "");

// The metric, or its ratio or difference to that of the second variant, replication by replication.
Prediction predict(const VariantRuns& variants, const Claim& claim, const Compared& compared);

}  // namespace ktlssim
