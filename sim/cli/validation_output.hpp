// What `ktlssim validate` prints: tables of 80 columns, and JSON.
#pragma once

#include <map>
#include <string>

#include "sim/experiment/ensemble/calibration.hpp"
#include "sim/experiment/text/json_file.hpp"
#include "sim/experiment/validation/influence_file.hpp"
#include "sim/experiment/validation/validation.hpp"

namespace ktlssim {

// What an ensemble leaves of claims, by their names, each without its own source and machine.
using KnownClaims = std::map<std::string, LeftOutFigure>;

// All claims, what is known of those that are missed, what each leans on, and how many are met. With `known` its 90 %
// intervals stand in the place of the errors, and signs that they leave open are named below.
std::string claim_table(const Suite& suite, const ValidationRun& run, const Influences& influences, const KnownClaims& known);

// One claim with its source, its reasons and its series.
std::string claim_details(const ClaimOutcome& outcome, const Influences& influences, const KnownClaims& known);

// What was published, by source: the claims that simulate it, or why none does.
std::string rows_table(const Suite& suite);

// The predictions over what the sources do not state, and which verdicts of predictions that changes.
std::string unstated_table(const ValidationRun& run);

// What the explanations of missed claims name, simulated.
std::string mechanisms_table(const ValidationRun& run);

// Of a claim in `known` also "known90", "known50" and "known_median", and whether 90 % of what is known settles its sign.
Json validation_json(const Suite& suite, const ValidationRun& run, const Influences& influences,
                     const KnownClaims& known = {});

}  // namespace ktlssim
