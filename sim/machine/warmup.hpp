// Automatic deletion of the warm-up: MSER-5 (White, Cobb and Spratt, "A comparison of five steady-state
// truncation heuristics for simulation", Winter Simulation Conference 2000).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace ktlssim {

// How many of the first observations to delete: a multiple of five, so that the mean of the rest, in batches
// of five, has the smallest standard error. Nothing if that leaves less than half of them: the series is too
// short to tell. Fewer than ten observations are always too short.
std::optional<std::size_t> mser5(std::span<const double> observations);

}  // namespace ktlssim
