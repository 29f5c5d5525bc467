// What a run shows beside its figures, and a reader must not miss: who starves, what idles.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

// A sentence each. At the end of the measured time; `resources` are those of the run.
std::vector<std::string> findings(const Kernel& k, std::span<const Resource> resources);

}  // namespace ktlssim
