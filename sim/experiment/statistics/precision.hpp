// When to stop replicating: as soon as the intervals are narrow enough. Looked at after min_replications,
// then after half as many more each time or where intervals are likely to be narrow enough, up to max_replications, so that the
// number does not depend on how many are simulated at a time, and few looks spoil little of the confidence.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

std::vector<std::string> precision_metrics(const MeasureParameters& measure);

// How many replications the next look wants after `n`; 0 stands for the first one.
std::size_t replications_after(const MeasureParameters& measure, std::size_t n);

// The same after a look at the intervals of `summary`: as many as they want, if they shrink with the root of their number, but at
// least an eighth more and at most half as many more.
std::size_t replications_after(const MeasureParameters& measure, std::size_t n, const Summary& summary);

// Half the 95 % interval is at most `relative` of `scale`. Not if one replication alone is known,
// or if there is no mean.
bool narrow(const Estimate& estimate, double relative, double scale);

// Half the 95 % interval of each metric is at most relative_precision of its mean. A metric that is missing,
// or that one replication alone is known of, is not precise.
bool precise(const Summary& summary, const MeasureParameters& measure);

}  // namespace ktlssim
