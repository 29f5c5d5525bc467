// The file of an ensemble: draws of machines, each with what the claims of a suite come to on it.
//
// A draw is a number (priors.hpp), so the file holds figures, not values of profiles. It is sealed:
//   made        version and command that made it, events that a run may cost
//   priors      the ranges that were drawn from (priors.hpp)
//   claims      the published figures (published_figure.hpp)
//   draws       a text for each draw: its figures in the order of the claims, "-" where a run did not come to its end
//   later_waves draws of later waves, with their numbers and the figures of one family (later_waves.hpp); none: not there
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/ensemble/later_waves.hpp"
#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/ensemble/published_figure.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

struct EnsembleFile {
  std::string version;
  std::string command;
  Priors priors;
  std::vector<PublishedFigure> figures;
  std::vector<std::vector<double>> draws;  // of each draw of wave one, of each figure; NaN: none
  std::vector<LaterWaves> later;

  Json json() const;
  // Another file can be continued with draws of this one's making.
  bool same_making(const EnsembleFile& other) const {
    const auto same = [](const PublishedFigure& a, const PublishedFigure& b) {
      return a.claim == b.claim && a.made_of == b.made_of;
    };
    return priors == other.priors && std::ranges::equal(figures, other.figures, same);
  }
};

// That of the suite that comes with the simulator.
std::filesystem::path default_ensemble();

// Throws InputError.
EnsembleFile load_ensemble(const std::filesystem::path& path);

}  // namespace ktlssim
