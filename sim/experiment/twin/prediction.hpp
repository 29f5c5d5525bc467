// What the simulator says about a setting of the twin. Nothing of it is fitted to a run of the twin.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/mechanism/setting.hpp"
#include "sim/experiment/twin/interval.hpp"

namespace ktlssim {

struct TwinPrediction {
  TwinInterval records_per_second;
  TwinInterval cpu_us_per_record;
  TwinInterval switches_per_record;
  double latency_us_mean = 0;
  std::vector<double> drawn_records_per_second;  // draw by draw
  std::string failure;  // why there is none; empty if there is
};

// The mean over `draws` moments at which the costs were measured, evenly spread over all there were, and between
// what the middle four fifths of them lie: the same moments for every setting. Where constant costs lock two threads
// in one of two rhythms, neither is what threads do whose costs are never twice the same; the mean is nearer.
// At the medians where there are no moments, or no draws.
TwinPrediction predict_twin(const TwinSetting& setting, const ThreadCosts& costs, int cpus, std::size_t draws);

}  // namespace ktlssim
