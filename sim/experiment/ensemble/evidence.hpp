// How likely each draw of an ensemble is, given what was published: history matching and weights.
//
// A figure z and a draw whose figure is f are as far apart as I = |z - f| / sqrt(V), V holding the dice of a run, how the
// source rounds and repeats, and the discrepancy of that kind of figure. Draws with I > 3 in any figure are ruled out
// (Craig, Goldstein, Seheult and Smith, 1997); the rest are weighted by the normal likelihood. A figure from which every
// draw is that far is out of reach: it is named, and rules nothing out.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/experiment/ensemble/discrepancy.hpp"
#include "sim/experiment/ensemble/ensemble_file.hpp"

namespace ktlssim {

inline constexpr double kImplausible = 3;
inline constexpr double kFewestEffective = 20;

struct Weights {
  std::vector<double> of_draw;  // sum up to 1
  std::vector<std::size_t> numbers;  // of these draws
  std::size_t later_waves = 0;       // that they come from, beside wave one
  std::vector<std::string> informed_by;
  std::vector<std::string> out_of_reach;
  // Where no draw meets all figures: those without any one of which some draw does. Then nothing is ruled out.
  std::vector<std::string> conflicting;
  bool empty = false;    // no draw meets all figures
  double left = 1;       // part of what the priors give that is not ruled out
  double effective = 0;  // number of draws
  // Below 1 where the figures leave so few draws that nothing could be told: then none is ruled out, and the likelihoods are
  // raised to this power, so that kFewestEffective are left. Later waves mend it.
  double power = 1;
};

// What the figures that are left out are.
using FigureFilter = std::function<bool(const PublishedFigure&)>;
inline bool none_left_out(const PublishedFigure&) { return false; }

double effective_number(const std::vector<double>& weights);
bool contains(const std::vector<std::string>& all, const std::string& one);
// The sets of profiles that claims are about.
std::vector<std::vector<std::string>> families(const EnsembleFile& file);

class Evidence {
 public:
  Evidence(EnsembleFile file, const Discrepancies& floors);

  const EnsembleFile& file() const { return file_; }
  // In wave one, on its scale; NaN where a run did not come to its end.
  double drawn(std::size_t figure, std::size_t draw) const;

  // Of a machine that consists of these profiles, from the draws of wave one. What informs it are the figures of nothing but these profiles, and those
  // of its drivers on any host; if there are none, those that share any profile with it. Known failures of the model inform
  // nothing: what it lacks, no parameter makes up for.
  Weights weigh(const std::vector<std::string>& profiles, const Discrepancies& discrepancies,
                const FigureFilter& left_out = none_left_out) const;
  // The same from the draws of all waves that have simulated what informs it. Figures that are left out in order to be
  // predicted have wave one alone: a later wave was aimed at them.
  Weights weigh_all_waves(const std::vector<std::string>& profiles, const Discrepancies& discrepancies,
                          const FigureFilter& left_out = none_left_out) const;
  std::vector<std::size_t> informing(const std::vector<std::string>& profiles,
                                     const FigureFilter& left_out = none_left_out) const;

  // From the misses of figures, each predicted without its source and machine, and without what is left out anyway. Known
  // failures are reported, and widen nothing.
  Discrepancies discrepancies(const FigureFilter& left_out = none_left_out) const;

  // The same source, or the same machine as far as it is named.
  static bool related(const PublishedFigure& a, const PublishedFigure& b);

 private:
  // What draws there are: those of wave one, and those of the first `waves` of `later`.
  struct Drawn {
    const LaterWaves* later = nullptr;
    std::size_t waves = 0;
    std::vector<std::size_t> numbers;
    std::vector<double> bases;  // what a draw weighs before any figure is looked at
  };
  Drawn wave_one() const;
  Drawn all_waves_of(const std::vector<std::size_t>& figures) const;
  std::vector<double> column(std::size_t figure, const Drawn& drawn) const;
  Weights weigh(const std::vector<std::size_t>& figures, const Discrepancies& discrepancies, const Drawn& drawn) const;
  double implausibility(std::size_t figure, double value, const Discrepancies& discrepancies) const;
  void add_misses(const Discrepancies& discrepancies, const FigureFilter& left_out, std::vector<Miss>& misses) const;
  static void set_weights(const std::vector<double>& logs, double power, const std::vector<double>& bases, Weights& weights);
  Miss miss_of_pair(std::size_t a, std::size_t b, const std::vector<double>& weights) const;

  EnsembleFile file_;
  Discrepancies floors_;
};

}  // namespace ktlssim
