// What a run showed, as a set of things seen: by it a hunt knows whether a candidate went where none was before.
#pragma once

#include <set>
#include <string>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

std::set<std::string> things_seen(const RunResult& run);

}  // namespace ktlssim
