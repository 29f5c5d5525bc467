// What is not known of the points of a sweep.
#pragma once

#include <string>

#include "sim/cli/known_option.hpp"
#include "sim/experiment/sweep/sweep_directory.hpp"
#include "sim/experiment/sweep/sweep_run.hpp"

namespace ktlssim {

// Into the directory, for the points of the shard that have a run which is done, and of which it is not there as
// `asked`, the text of the option. The tables are to be written after it. False if interrupted: what has come stays.
bool write_known_of_points(SweepDirectory& directory, const Sweep& sweep, const SweepShard& shard,
                           const EnsembleOption& ensemble, const std::string& asked, const Pool& pool);

}  // namespace ktlssim
