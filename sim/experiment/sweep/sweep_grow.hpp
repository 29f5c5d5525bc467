// Adds points and replications to a sweep whose results are there.
#pragma once

#include <filesystem>

#include "sim/experiment/sweep/sweep_file.hpp"

namespace ktlssim {

// Makes a directory of results one of `sweep`, if it is of another sweep of the same build all of whose points `sweep`
// has, with as many replications or more: run files get the numbers that their points have there. Does nothing to any
// other directory, which is left to be refused. Throws InputError, naming the point, where it has one that `sweep` has
// not. No other process may write to the directory.
void grow_sweep(const std::filesystem::path& path, const Sweep& sweep, const Json& manifest, const SweepStage& stage = {});

}  // namespace ktlssim
