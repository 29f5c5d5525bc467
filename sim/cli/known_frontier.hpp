// What is not known of a Pareto front, as text and as JSON: on how many machines each point is on it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/cli/known_search.hpp"
#include "sim/experiment/size/frontier.hpp"

namespace ktlssim {

struct KnownFrontier {
  // As in Frontier: part of the machines on which each is on the front; nothing where no run of it is done.
  std::vector<std::optional<double>> points, left_out;
  std::size_t machines;
  std::size_t simulated;  // points
};

// Simulates every point that has a run, on the same machines; nothing, and why, where that cannot be said.
std::optional<KnownFrontier> known_frontier(PointRuns& runs, const FrontierQuestion& question, const Frontier& found,
                                            const EnsembleOption& ensemble, const Pool& pool, std::string& why);
// Every point that is on the front here, or on more than a twentieth of the machines.
std::string known_lines(const KnownFrontier& known, const Frontier& found);
// "on_front" of each point into the arrays of the answer, and "known" with what it took.
void add_known(Json& answer, const KnownFrontier& known);

}  // namespace ktlssim
