// Turns the state of a kernel at the end of its measured window into a RunResult.
#pragma once

#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

RunResult collect(Kernel& k);

}  // namespace ktlssim
