// Parts of a comparison as JSON.
#pragma once

#include "sim/experiment/run/comparison.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

Json sample_json(const Sample& sample);
// mean, percent, n, proven, and ci95 or deterministic.
Json difference_json(const MetricComparison& metric);

}  // namespace ktlssim
