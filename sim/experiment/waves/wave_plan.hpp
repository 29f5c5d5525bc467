// What is simulated next in an ensemble: further waves of families whose figures leave too few draws of those there are.
//
// A wave is planned in the file before anything of it is simulated, from what is in the file and nothing else. So it goes
// on where it was stopped, and is made again as it was.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/experiment/emulator/proposal.hpp"
#include "sim/experiment/ensemble/evidence.hpp"

namespace ktlssim {

// Pools lie beyond all other draws, one after the other.
inline constexpr std::size_t kFirstOfPools = 4'194'304;
inline constexpr std::size_t kPool = 65'536;
// With fewer effective draws a family has a further wave; with fewer draws in wave one there is nothing to emulate.
inline constexpr double kEnoughEffective = 80;
inline constexpr std::size_t kFewestToEmulate = 48;

class WavePlan {
 public:
  struct Settings {
    std::size_t waves;  // at most, of a family
    std::size_t draws;  // in each
    std::size_t pool = kPool;
  };
  // `places` of the suite's claims.
  using PlacesOf = std::function<std::vector<DrawnName>(const std::vector<std::size_t>& figures)>;
  WavePlan(EnsembleFile& file, const Discrepancies& floors, PlacesOf places, Settings settings);

  // A wave that is not simulated yet: one of the file, or a new one in it. Nothing: every family has enough, or all its waves.
  struct Next {
    std::size_t set;   // of the file's later waves
    std::size_t wave;
  };
  std::optional<Next> next();
  // It is simulated: what its emulators missed.
  void close(const Next& next);

 private:
  std::optional<Next> begun() const;
  void add_wave(std::size_t set);
  const Proposal& proposal(std::size_t set, std::size_t wave);
  std::vector<Aim> aims(const LaterWaves& later) const;

  EnsembleFile& file_;
  Discrepancies floors_;
  PlacesOf places_;
  Settings settings_;
  Discrepancies discrepancies_;
  std::map<std::pair<std::size_t, std::size_t>, Proposal> proposals_;
};

}  // namespace ktlssim
