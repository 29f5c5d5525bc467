// What is not known of an answer, as text and as JSON.
//
// JSON: of each metric `known90` and `known50`, [low, high], and `known_median`; null where it has no value. Of the whole,
// `known`: how many machines there were, and what they were weighted by.
#pragma once

#include <span>
#include <string>

#include "sim/cli/known_option.hpp"
#include "sim/experiment/run/comparison.hpp"
#include "sim/experiment/statistics/summary.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

// "31 to 46".
std::string range_text(const KnownRange& range);
Json range_json(const KnownRange& range);

// `known90`, `known50` and `known_median` into `json`, their names after `prefix`.
void put_known(Json& json, const Known& known, const std::string& prefix = "");

std::string known_lines(const Summary& summary, const KnownAnswer& answer);
// "machines", and "metrics" with what is not known of each that runs of scenario 0 have.
Json known_json(const KnownAnswer& answer);
// Into what result_json() made of scenario number `scenario`.
void add_known(Json& result, const KnownAnswer& answer, std::size_t scenario = 0);

// Of a comparison of scenario 0, "x", with scenario 1, "+".
std::string known_lines(std::span<const MetricComparison> compared, const KnownAnswer& answer);
// Into the JSON of a comparison.
void add_known_of_comparison(Json& comparison, const KnownAnswer& answer);

}  // namespace ktlssim
