// The machines on which an answer is given again: some draws of an ensemble, in the proportions of their weights.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/scenario.hpp"
#include "sim/experiment/ensemble/evidence.hpp"

namespace ktlssim {

struct Machine {
  std::size_t draw;
  double weight;           // sum up to 1 over all machines
  double weight_without;   // the same, had the sources of the scenario's own figures published nothing
};

struct Machines {
  std::vector<Machine> all;
  double effective = 0;          // number of machines
  double effective_without = 0;
  std::size_t drawn = 0;         // draws that they are taken from
  Weights weights;               // of these, without `of_draw` and `numbers`
  std::vector<std::string> own_sources;  // with figures of this very scenario; empty: none
  std::vector<std::string> profiles;     // with ranges
  std::vector<std::string> of_no_family; // of these, those that no figure informs or whose ranges have changed
  std::vector<PublishedFigure> known_failures;  // of the model: of one of these drivers, or of CPU time on one of these hosts
  std::size_t inexact_values = 0;
  Discrepancies discrepancies{};
};

// `count` machines for scenarios of which `scenario` is the first (both sides of a comparison have the same machines);
// none if nothing in them has a range.
Machines choose_machines(const Evidence& evidence, const std::vector<const Scenario*>& scenarios, std::size_t count);

}  // namespace ktlssim
