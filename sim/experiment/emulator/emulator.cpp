#include "sim/experiment/emulator/emulator.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "sim/experiment/emulator/cholesky.hpp"
#include "sim/experiment/emulator/quantile.hpp"
#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

constexpr std::size_t kFolds = 8;
constexpr std::array<double, 3> kRidges{0.03, 0.1, 0.3};
constexpr double kLeastF = 3.5;        // about one in thirty by chance
constexpr double kLeastExplained = 0.004;
constexpr std::size_t kMostValues = 24;

struct Effect {
  std::size_t place;
  double explained;  // part of the variance, less what as many coefficients would of noise
};

double squares_of(const std::vector<double>& values) {
  return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

// What `column` explains of `left`, which loses it.
double take_out(std::vector<double> column, std::vector<double>& left) {
  const double mean = mean_of(column);
  for (double& x : column) x -= mean;
  const double squares = squares_of(column);
  if (squares <= 0) return 0;
  const double product = std::inner_product(column.begin(), column.end(), left.begin(), 0.0);
  for (std::size_t i = 0; i < left.size(); ++i) left[i] -= product / squares * column[i];
  return product * product / squares;
}

// Squares that a parabola over the range explains, or the means of the choices.
double explained_by(const std::vector<float>& places, std::size_t choices, const std::vector<double>& values) {
  if (choices == 0) {
    std::vector<double> left = values;
    std::vector<double> line;
    std::vector<double> curve;
    for (const float x : places) {
      line.push_back(x - 0.5);
      curve.push_back((x - 0.5) * (x - 0.5));
    }
    std::vector<double> rest = curve;
    take_out(line, rest);
    return take_out(std::move(line), left) + take_out(std::move(rest), left);
  }
  std::vector<double> sums(choices, 0);
  std::vector<double> counts(choices, 0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[static_cast<std::size_t>(places[i])] += values[i];
    ++counts[static_cast<std::size_t>(places[i])];
  }
  double squares = 0;
  for (std::size_t c = 0; c < choices; ++c)
    if (counts[c] > 0) squares += sums[c] * sums[c] / counts[c];
  return squares;
}

// Of values whose mean is zero; the strongest first.
std::vector<Effect> effects(const std::vector<std::vector<float>>& places, const std::vector<std::size_t>& choices,
                            const std::vector<double>& values) {
  std::vector<Effect> all;
  const double whole = squares_of(values);
  const auto n = static_cast<double>(values.size());
  for (std::size_t p = 0; p < places.size(); ++p) {
    const double coefficients = choices[p] == 0 ? 2 : static_cast<double>(choices[p] - 1);
    if (whole <= 0 || n <= coefficients + 2) continue;
    const double part = explained_by(places[p], choices[p], values) / whole;
    const double rest = std::max(1e-12, 1 - part) / (n - 1 - coefficients);
    const double explained = 1 - rest * (n - 1);
    if (part / coefficients / rest > kLeastF && explained > kLeastExplained) all.push_back({p, explained});
  }
  std::ranges::stable_sort(all, std::greater<>(), &Effect::explained);
  if (all.size() > kMostValues) all.resize(kMostValues);
  return all;
}

}  // namespace

DrawnPlaces places_of(const std::vector<DrawnName>& places, const std::vector<std::size_t>& numbers) {
  DrawnPlaces all;
  for (const DrawnName& place : places) {
    all.choices.push_back(place.choices);
    std::vector<float>& row = all.of.emplace_back();
    row.reserve(numbers.size());
    std::size_t block = std::numeric_limits<std::size_t>::max();
    std::array<double, kStratified> quantiles{};
    for (const std::size_t number : numbers) {
      if (number / kStratified != block) {
        block = number / kStratified;
        quantiles = quantiles_of_block(place.name, block);
      }
      const double u = quantiles[number % kStratified];
      row.push_back(static_cast<float>(place.choices == 0 ? u : std::floor(u * static_cast<double>(place.choices))));
    }
  }
  return all;
}

Emulator::Fit::Fit(const DrawnPlaces& known, const std::vector<double>& values, const std::vector<std::size_t>& draws,
                   double ridge)
    : known_(draws.size()) {
  std::vector<double> y;
  for (const std::size_t d : draws) y.push_back(values[d]);
  if (y.empty()) return;
  mean_ = mean_of(y);
  for (double& value : y) value -= mean_;
  DrawnPlaces mine{known.choices, {}};
  for (const std::vector<float>& row : known.of) {
    std::vector<float>& of_mine = mine.of.emplace_back();
    for (const std::size_t d : draws) of_mine.push_back(row[d]);
  }
  for (const Effect& effect : effects(mine.of, mine.choices, y))
    parts_.push_back({effect.place, mine.choices[effect.place], effect.explained, mine.of[effect.place]});
  std::vector<double> matrix;
  std::vector<double> row;
  for (std::size_t i = 0; i < known_; ++i) {
    likeness(mine, i, row);
    matrix.insert(matrix.end(), row.begin(), row.end());
  }
  coefficients_ = solved(std::move(matrix), ridge, std::move(y));
}

void Emulator::Fit::likeness(const DrawnPlaces& others, std::size_t draw, std::vector<double>& row) const {
  row.assign(known_, 1);
  for (const Part& part : parts_) {
    const float x = others.of[part.place][draw];
    const double unlike = 1 / (1 + part.weight);
    const double slope = part.weight * unlike;
    for (std::size_t t = 0; t < known_; ++t) {
      const float t_place = part.known[t];
      row[t] *= part.choices == 0 ? 1 - slope * std::abs(static_cast<double>(x - t_place)) : (x == t_place ? 1 : unlike);
    }
  }
}

double Emulator::Fit::predict(const DrawnPlaces& others, std::size_t draw) const {
  std::vector<double> row;
  likeness(others, draw, row);
  return mean_ + std::inner_product(row.begin(), row.end(), coefficients_.begin(), 0.0);
}

std::vector<double> Emulator::Fit::predict(const DrawnPlaces& others) const {
  std::vector<double> all;
  all.reserve(others.draws());
  for (std::size_t d = 0; d < others.draws(); ++d) all.push_back(predict(others, d));
  return all;
}

std::vector<double> Emulator::without_each(const DrawnPlaces& known, const std::vector<double>& values, double ridge) const {
  std::vector<double> all(values.size(), 0);
  for (std::size_t fold = 0; fold < kFolds; ++fold) {
    std::vector<std::size_t> rest;
    for (std::size_t d = 0; d < values.size(); ++d)
      if (d % kFolds != fold && std::isfinite(values[d])) rest.push_back(d);
    const Fit fit(known, values, rest, ridge);
    for (std::size_t d = fold; d < values.size(); d += kFolds) all[d] = fit.predict(known, d);
  }
  return all;
}

Emulator::Emulator(const DrawnPlaces& known, const std::vector<double>& values) {
  std::vector<std::size_t> all;
  for (std::size_t d = 0; d < values.size(); ++d)
    if (std::isfinite(values[d])) all.push_back(d);
  error_ = std::numeric_limits<double>::infinity();
  double best = kRidges.front();
  for (const double ridge : kRidges) {
    std::vector<double> found = without_each(known, values, ridge);
    double squares = 0;
    for (const std::size_t d : all) squares += (values[d] - found[d]) * (values[d] - found[d]);
    const double error = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(1, all.size())));
    if (error >= error_) continue;
    error_ = error;
    best = ridge;
    left_out_ = std::move(found);
  }
  whole_ = Fit(known, values, all, best);
}

}  // namespace ktlssim
