// How honest the intervals are: every published figure is predicted without its source and machine.
//
// The draws are those of the priors; what is ruled out, the discrepancies and the weights are made anew without what is
// left out. A figure of no difference does not count: an interval that holds zero says little. The score of an interval
// (Gneiting and Raftery, 2007, section 6.2) is its width and a fine for what it misses, in per cent of the figure, or
// points for differences: lower is better.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/experiment/ensemble/evidence.hpp"
#include "sim/experiment/ensemble/known.hpp"

namespace ktlssim {

struct LeftOutFigure {
  PublishedFigure figure;
  Known known;           // with the figure's own rounding
  bool counts;           // rather than being of no difference, or a limit
  bool in_ninety;
  bool in_fifty;
  double score;          // of the 90 % interval
  double prior_score;    // of that of the priors alone
  double plain_score;    // of the point that the profiles' own values give: no width
  std::size_t informed_by;  // figures
};

// Both signs are within the 90 % interval of a ratio or a difference. False of a claim of no difference, which states none.
bool leaves_sign_open(const LeftOutFigure& figure);

struct Coverage {
  std::string source;  // "all" at the end
  std::size_t figures = 0;
  std::size_t in_ninety = 0;
  std::size_t in_fifty = 0;
  // 95 %, Clopper and Pearson.
  KnownRange ninety{};
  KnownRange fifty{};
};

struct Calibration {
  std::vector<LeftOutFigure> figures;
  std::vector<Coverage> by_source;
  double score = 0;  // means over those that count
  double prior_score = 0;
  double plain_score = 0;
};

Calibration calibrate_intervals(const Evidence& evidence);

KnownRange binomial_interval(std::size_t hits, std::size_t n);

}  // namespace ktlssim
