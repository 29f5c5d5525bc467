#include "sim/experiment/ensemble/calibration.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <cmath>

namespace ktlssim {

namespace {

constexpr double kMissed = 0.1;  // of a 90 % interval

double score_of(const KnownRange& range, double published, double scale) {
  const double below = std::max(0.0, range.lo - published);
  const double above = std::max(0.0, published - range.hi);
  return (range.hi - range.lo + 2 / kMissed * (below + above)) / scale;
}

bool holds(const KnownRange& range, double value) { return range.lo <= value && value <= range.hi; }

void add(Coverage& coverage, const LeftOutFigure& figure) {
  ++coverage.figures;
  coverage.in_ninety += figure.in_ninety;
  coverage.in_fifty += figure.in_fifty;
}

void close(Coverage& coverage) {
  coverage.ninety = binomial_interval(coverage.in_ninety, coverage.figures);
  coverage.fifty = binomial_interval(coverage.in_fifty, coverage.figures);
}

}  // namespace

bool leaves_sign_open(const LeftOutFigure& left_out) {
  const PublishedFigure& figure = left_out.figure;
  const bool of_two = figure.kind == FigureKind::ratio || figure.kind == FigureKind::difference;
  const bool states_one = figure.limit || !figure.nothing;
  const double same = figure.kind == FigureKind::ratio ? 1 : 0;
  return of_two && states_one && left_out.known.ninety.lo <= same && same <= left_out.known.ninety.hi;
}

KnownRange binomial_interval(std::size_t hits, std::size_t n) {
  using Binomial = boost::math::binomial_distribution<>;
  constexpr double kTail = 0.025;
  if (n == 0) return {0, 1};
  const auto trials = static_cast<double>(n);
  const auto successes = static_cast<double>(hits);
  return {Binomial::find_lower_bound_on_p(trials, successes, kTail),
          Binomial::find_upper_bound_on_p(trials, successes, kTail)};
}

Calibration calibrate_intervals(const Evidence& evidence) {
  Calibration all;
  const EnsembleFile& file = evidence.file();
  for (std::size_t f = 0; f < file.figures.size(); ++f) {
    const PublishedFigure& figure = file.figures[f];
    const auto related = [&](const PublishedFigure& other) { return Evidence::related(figure, other); };
    Discrepancies discrepancies = evidence.discrepancies(related);
    const Weights weights = evidence.weigh(figure.profiles, discrepancies, related);
    // The interval is of what will be published: its rounding and its dice are in it too.
    double& sd = of(discrepancies, figure.kind).sd;
    sd = std::hypot(sd, figure.sd);
    std::vector<double> values;
    std::vector<double> prior(file.draws.size(), 1.0);
    for (std::size_t d = 0; d < file.draws.size(); ++d) values.push_back(evidence.drawn(f, d));
    const Known known = known_figure(figure, values, weights.of_draw, discrepancies);
    const Known of_priors = known_figure(figure, values, prior, discrepancies);
    const double scale = figure.kind == FigureKind::difference ? 1 : figure.published / 100;
    all.figures.push_back({.figure = figure,
                           .known = known,
                           .counts = !figure.nothing && !figure.limit,
                           .in_ninety = holds(known.ninety, figure.published),
                           .in_fifty = holds(known.fifty, figure.published),
                           .score = score_of(known.ninety, figure.published, scale),
                           .prior_score = score_of(of_priors.ninety, figure.published, scale),
                           .plain_score = score_of({figure.plain, figure.plain}, figure.published, scale),
                           .informed_by = weights.informed_by.size()});
  }
  Coverage whole;
  whole.source = "all";
  for (const LeftOutFigure& figure : all.figures) {
    if (!figure.counts) continue;
    auto found = std::ranges::find(all.by_source, figure.figure.source, &Coverage::source);
    if (found == all.by_source.end()) {
      all.by_source.emplace_back().source = figure.figure.source;
      found = std::prev(all.by_source.end());
    }
    add(*found, figure);
    add(whole, figure);
    all.score += figure.score;
    all.prior_score += figure.prior_score;
    all.plain_score += figure.plain_score;
  }
  const double n = std::max(1.0, static_cast<double>(whole.figures));
  all.score /= n;
  all.prior_score /= n;
  all.plain_score /= n;
  all.by_source.push_back(whole);
  for (Coverage& coverage : all.by_source) close(coverage);
  return all;
}

}  // namespace ktlssim
