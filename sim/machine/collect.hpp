// Turns the state of a kernel at the end of its measured window into a RunResult.
#pragma once

#include <span>
#include <string_view>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

RunResult collect(Kernel& k);

// The metrics of every run, in order.
std::span<const std::string_view> metric_names();

}  // namespace ktlssim
