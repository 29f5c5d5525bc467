// What a run shows beside its figures, and a reader must not miss: who starves, what idles.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;

// Interrupt threads that are ready to run and do not, most of the time; a sentence each.
std::vector<std::string> starving_threads(const Kernel& k);
// Those and all else, a sentence each. At the end of the measured time; `resources` are those of the run.
std::vector<std::string> findings(const Kernel& k, std::span<const Resource> resources);

}  // namespace ktlssim
