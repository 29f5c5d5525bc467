// What an earlier ensemble tells of a new one: the figures of claims that are made of what they were made of then.
//
// A draw is a number, and what a profile has in it hangs on that number alone (priors.hpp). So claims do not know of each
// other: one that is added, or whose scenario or profiles have changed, leaves the figures of the others as they are.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <vector>

#include "sim/experiment/ensemble/ensemble_file.hpp"

namespace ktlssim {

class KeptFigures {
 public:
  using Draws = std::vector<std::vector<double>>;
  // As SuiteFigures::draw().
  using Simulate = std::function<Draws(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims)>;

  KeptFigures() = default;
  // Of `figures`, those that `earlier` has with the same `made_of`, from its draws of all waves.
  KeptFigures(const EnsembleFile& earlier, const std::vector<PublishedFigure>& figures);

  // That something is kept of.
  std::vector<std::size_t> claims() const;

  // Simulates some draws again, and forgets claims that come to something else: their inputs are the same, the simulator is
  // not. False if interrupted.
  bool check(const Simulate& simulate);

  // Figures of draws, by claim of `claims`. Claims are simulated that are not kept of each of these draws; of fewer draws if
  // that is interrupted.
  Draws draw(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims, const Simulate& simulate) const;

 private:
  std::vector<std::map<std::size_t, double>> kept_;  // by claim, by number of the draw
};

}  // namespace ktlssim
