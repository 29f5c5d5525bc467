// Which draws of a pool are worth a simulation: as likely as emulators of a family's figures make them.
//
// The emulated likelihood is a Student's t over all figures together. Its variance holds that of a figure (discrepancy.hpp)
// and how the emulators miss figures of draws that they have not seen, which they do alike for figures of one source; its
// tails, of few degrees of freedom, are for the draws that they miss by more. The chance of a draw is in proportion to
// it, and at most 1.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/experiment/emulator/emulator.hpp"

namespace ktlssim {

// A figure that draws are held against, on its scale.
struct Aim {
  std::size_t figure;  // of those that are emulated
  double published;
  double variance;     // without the emulator's
  bool limit;          // below it all is the same
};

class Proposal {
 public:
  // `values`: by figure, of the draws `known`; NaN: none. So many of the `pool` draws from `first` on are chosen.
  Proposal(const std::vector<DrawnName>& places, const std::vector<std::size_t>& known, const std::vector<std::vector<double>>& values,
           const std::vector<Aim>& aims, std::size_t first, std::size_t pool, std::size_t count);

  // Numbers of draws, in their order: a systematic sample.
  const std::vector<std::size_t>& chosen() const { return chosen_; }
  // Of the draws that the emulators were made of, each by emulators that have not seen it.
  const std::vector<double>& chances_of_known() const { return chances_of_known_; }
  // Of others.
  std::vector<double> chances(const std::vector<std::size_t>& numbers) const;

  // By figure: standard deviation of what its emulator misses of draws that it has not seen; of what it misses of these
  // draws' values.
  std::vector<double> errors() const;
  std::vector<double> missed(const std::vector<std::size_t>& numbers, const std::vector<std::vector<double>>& values) const;

 private:
  using Columns = std::vector<std::vector<double>>;  // by figure, of draws
  Columns emulated(const std::vector<std::size_t>& numbers) const;
  std::vector<double> likelihoods(const Columns& figures, const std::vector<double>& covariance) const;
  std::vector<double> covariance_of_misses(const Columns& left_out, const Columns& values,
                                           const std::vector<double>& weights) const;

  std::vector<DrawnName> places_;
  std::vector<Aim> aims_;
  std::vector<Emulator> emulators_;
  std::vector<double> covariance_;  // of all aims
  double scale_ = 0;                // from a likelihood to a chance
  std::vector<std::size_t> chosen_;
  std::vector<double> chances_of_known_;
};

}  // namespace ktlssim
