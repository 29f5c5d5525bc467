// What `ktlssim validate` prints: tables of 80 columns, and JSON.
#pragma once

#include <string>

#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/validation/influence_file.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

// All claims, what is known of those that are missed, what each leans on, and how many are met.
std::string claim_table(const Suite& suite, const ValidationRun& run, const Influences& influences);

// One claim with its source, its reasons and its series.
std::string claim_details(const ClaimOutcome& outcome, const Influences& influences);

// What was published, by source: the claims that simulate it, or why none does.
std::string rows_table(const Suite& suite);

// The predictions over what the sources do not state, and which verdicts of predictions that changes.
std::string unstated_table(const ValidationRun& run);

Json validation_json(const Suite& suite, const ValidationRun& run, const Influences& influences);

}  // namespace ktlssim
