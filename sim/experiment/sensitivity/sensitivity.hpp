// How much throughput and CPU time depend on each parameter: elasticities by central differences.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/experiment/run/variant_runs.hpp"
#include "sim/experiment/sensitivity/varied_parameters.hpp"
#include "sim/experiment/statistics/summary.hpp"

namespace ktlssim {

struct Sensitivity {
  VariedParameter parameter;
  // Per cent of change for each per cent of the parameter: d ln(metric) / d ln(parameter).
  Estimate throughput;
  Estimate cpu;  // cpu_us_per_record
};

struct SensitivityRun {
  std::vector<Sensitivity> parameters;  // those with any effect, the strongest first
  std::size_t without_effect = 0;       // on any metric of the first replication
  std::vector<NotVaried> not_varied;
  bool interrupted = false;
  std::string failure;  // of the scenario itself, if any
};

// Varies each of varied_parameters() by `fraction` up and down, with common random numbers.
SensitivityRun sensitivity(const Variant& variant, double fraction, std::size_t replications,
                           const Pool& pool);

}  // namespace ktlssim
