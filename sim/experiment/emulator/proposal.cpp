#include "sim/experiment/emulator/proposal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/experiment/emulator/cholesky.hpp"

namespace ktlssim {

namespace {

constexpr double kDegreesOfFreedom = 4;

// With which the chances of `likelihoods` add up to `count`.
double scale_for(const std::vector<double>& likelihoods, double count) {
  double scale = count / std::accumulate(likelihoods.begin(), likelihoods.end(), 0.0);
  constexpr int kRounds = 60;  // those that are certain leave the rest to the others
  for (int i = 0; i < kRounds; ++i) {
    double certain = 0;
    double others = 0;
    for (const double likelihood : likelihoods) (scale * likelihood >= 1 ? certain : others) += scale * likelihood >= 1 ? 1 : likelihood;
    if (others <= 0 || certain >= count) break;
    scale = (count - certain) / others;
  }
  return scale;
}

double mean_square(const std::vector<double>& found, const std::vector<double>& values) {
  double squares = 0;
  double n = 0;
  for (std::size_t d = 0; d < values.size(); ++d) {
    if (!std::isfinite(values[d])) continue;
    squares += (values[d] - found[d]) * (values[d] - found[d]);
    ++n;
  }
  return n > 0 ? squares / n : 0;
}

std::vector<double> chances_of(std::vector<double> likelihoods, double scale) {
  for (double& likelihood : likelihoods) likelihood = std::min(1.0, scale * likelihood);
  return likelihoods;
}

}  // namespace

Proposal::Proposal(const std::vector<DrawnName>& places, const std::vector<std::size_t>& known, const Columns& values,
                   const std::vector<Aim>& aims, std::size_t first, std::size_t pool, std::size_t count)
    : places_(places), aims_(aims) {
  const DrawnPlaces places_of_known = places_of(places_, known);
  Columns left_out;
  for (const std::vector<double>& of_figure : values) {
    emulators_.emplace_back(places_of_known, of_figure);
    left_out.push_back(emulators_.back().left_out());
  }
  // What is missed of all draws, and of those that are likely: of both as much.
  const std::vector<double> of_all = covariance_of_misses(left_out, values, std::vector<double>(known.size(), 1));
  const std::vector<double> of_likely = covariance_of_misses(left_out, values, likelihoods(left_out, of_all));
  for (std::size_t i = 0; i < of_all.size(); ++i) covariance_.push_back((of_all[i] + of_likely[i]) / 2);

  std::vector<std::size_t> numbers(pool);
  std::iota(numbers.begin(), numbers.end(), first);
  const std::vector<double> of_pool = likelihoods(emulated(numbers), covariance_);
  scale_ = scale_for(of_pool, static_cast<double>(count));
  chances_of_known_ = chances_of(likelihoods(left_out, covariance_), scale_);
  double sum = 0;
  double next = 0.5;
  for (std::size_t i = 0; i < pool && chosen_.size() < count; ++i) {
    sum += std::min(1.0, scale_ * of_pool[i]);
    if (sum <= next) continue;
    chosen_.push_back(numbers[i]);
    ++next;
  }
}

std::vector<double> Proposal::chances(const std::vector<std::size_t>& numbers) const {
  return chances_of(likelihoods(emulated(numbers), covariance_), scale_);
}

Proposal::Columns Proposal::emulated(const std::vector<std::size_t>& numbers) const {
  const DrawnPlaces others = places_of(places_, numbers);
  Columns figures;
  for (const Emulator& emulator : emulators_) figures.push_back(emulator.predict(others));
  return figures;
}

std::vector<double> Proposal::likelihoods(const Columns& figures, const std::vector<double>& covariance) const {
  const std::size_t draws = figures.front().size();
  std::vector<double> all;
  all.reserve(draws);
  std::vector<double> away(aims_.size());
  for (std::size_t d = 0; d < draws; ++d) {
    for (std::size_t a = 0; a < aims_.size(); ++a) {
      away[a] = figures[aims_[a].figure][d] - aims_[a].published;
      if (aims_[a].limit) away[a] = std::max(0.0, away[a]);
    }
    const std::vector<double> weighed = solved(covariance, 0, away);
    const double square = std::inner_product(away.begin(), away.end(), weighed.begin(), 0.0);
    all.push_back(std::pow(1 + square / kDegreesOfFreedom, -(kDegreesOfFreedom + static_cast<double>(aims_.size())) / 2));
  }
  return all;
}

std::vector<double> Proposal::covariance_of_misses(const Columns& left_out, const Columns& values,
                                                   const std::vector<double>& weights) const {
  const std::size_t n = aims_.size();
  std::vector<double> covariance(n * n, 0);
  double whole = 0;
  std::vector<double> miss(n);
  for (std::size_t d = 0; d < weights.size(); ++d) {
    for (std::size_t a = 0; a < n; ++a) miss[a] = values[aims_[a].figure][d] - left_out[aims_[a].figure][d];
    if (!std::ranges::all_of(miss, [](double m) { return std::isfinite(m); })) continue;
    whole += weights[d];
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b) covariance[a * n + b] += weights[d] * miss[a] * miss[b];
  }
  for (double& c : covariance) c = whole > 0 ? c / whole : 0;
  for (std::size_t a = 0; a < n; ++a) covariance[a * n + a] += aims_[a].variance;
  return covariance;
}

std::vector<double> Proposal::errors() const {
  std::vector<double> all;
  for (const Emulator& emulator : emulators_) all.push_back(emulator.error());
  return all;
}

std::vector<double> Proposal::missed(const std::vector<std::size_t>& numbers, const Columns& values) const {
  const Columns figures = emulated(numbers);
  std::vector<double> all;
  for (std::size_t f = 0; f < figures.size(); ++f) all.push_back(std::sqrt(mean_square(figures[f], values[f])));
  return all;
}

}  // namespace ktlssim
