// What the claims of a suite come to on machines that are drawn from the ranges of their profiles.
//
// Every draw is kept, with all of its figures: what a figure excludes is decided later, by weights. What the source of a
// claim does not state is drawn too, as one for all of the claims that the source makes of the same profiles.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/experiment/emulator/emulator.hpp"
#include "sim/experiment/ensemble/priors.hpp"
#include "sim/experiment/run/fork_pool.hpp"
#include "sim/experiment/validation/validation_suite.hpp"

namespace ktlssim {

// A measured time that costs about this many events at the most keeps a draw cheap; the warm-up stays whole.
inline constexpr std::uint64_t kEventsOfARun = 200'000;

// `events` is what the scenario took. At least an eighth of its measured time stays.
Scenario with_shorter_window(Scenario scenario, std::uint64_t events, std::uint64_t most = kEventsOfARun);

class SuiteFigures {
 public:
  explicit SuiteFigures(const Suite& suite);

  // Looks how long each run takes, and how the figures of single runs differ on the machine of the profiles. False if
  // interrupted. Throws std::runtime_error if a run fails.
  bool prepare(std::size_t replications, const Pool& pool);
  // Standard deviation of each claim's figure, of one run, on the scale of its figure (logarithmic but for differences).
  const std::vector<double>& dice() const { return dice_; }
  // The mean of those figures.
  const std::vector<double>& plain() const { return plain_; }

  // Figures of draws, by claim of `claims`; NaN where a run did not come to its end. Of fewer draws if interrupted.
  std::vector<std::vector<double>> draw(const std::vector<std::size_t>& numbers, const std::vector<std::size_t>& claims,
                                        const Pool& pool) const;

  // Checksum of what is simulated for a claim: its scenarios with their profiles and ranges, how long they run, what is
  // drawn beside them, and what is made of it all. Of the simulator it holds nothing but how many events that takes.
  std::string made_of(std::size_t claim) const;

  // All that is drawn for these claims.
  std::vector<DrawnName> places(const std::vector<std::size_t>& claims) const;

  // The ranges of everything that is drawn.
  Priors priors() const;

 private:
  struct Side {
    Variant variant;
    Scenario scenario;
    std::uint64_t events = 0;
  };
  struct Unstated {
    std::string name;  // the source's
    const Series* series;
  };
  struct Planned {
    const Claim* claim;
    Side a;
    std::optional<Side> b;
    std::vector<Unstated> unstated;
  };

  // The claims' figures as metrics: of a draw, or of a replication on the machine of the profiles.
  RunResult figures(std::size_t draw, const std::vector<std::size_t>& claims, bool drawn) const;
  Scenario scenario_of(const Side& side, const Planned& planned, std::size_t draw) const;
  static Json made_of(const Side& side, const Planned& planned);

  std::vector<Planned> plan_;
  std::vector<double> dice_;
  std::vector<double> plain_;
};

}  // namespace ktlssim
