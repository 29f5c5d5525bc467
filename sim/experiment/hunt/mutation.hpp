// What a hunt changes in a scenario: settings, faults and, through the seed, phases.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <string>
#include <vector>

#include "sim/experiment/input/scenario_file.hpp"

namespace ktlssim {

using Changes = std::vector<Assignment>;  // of a scenario, each pointer once

// Draws changes of a scenario, whose values are `effective` and of which `window_ms` are simulated. What stands at
// or under one of `kept` stays.
class Mutator {
 public:
  Mutator(Json effective, double window_ms, const std::vector<std::string>& kept = {});

  // `parent` with one change more, or one of its changes made anew. Depends on `random` alone.
  Changes mutate(const Changes& parent, boost::random::mt19937_64& random) const;
  // The value of the scenario.
  Json original(const std::string& pointer) const;

 private:
  struct Gene {
    std::string pointer;
    std::vector<Json> choices;  // none: a number
    double low = 0, high = 0;
    bool whole = false;
  };
  Json draw(const Gene& gene, boost::random::mt19937_64& random) const;

  Json effective_;
  std::vector<Gene> genes_;
};

}  // namespace ktlssim
