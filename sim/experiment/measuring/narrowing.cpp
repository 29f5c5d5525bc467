#include "sim/experiment/measuring/narrowing.hpp"

#include <algorithm>
#include <array>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <functional>
#include <optional>
#include <set>

namespace ktlssim {

namespace {

constexpr double kMeasuredTo = 0.1;

struct Sample {
  double x;
  double y;
  double weight;
};

struct Parabola {
  double explained;  // part of the variance
  double slope;      // root of its mean square
  double spread_x;   // standard deviation of x
};

using Row = std::array<double, 4>;

// Gauss, with the row of the largest pivot first. Nothing if a pivot vanishes.
std::optional<std::array<double, 3>> solve(std::array<Row, 3> rows) {
  for (std::size_t i = 0; i < 3; ++i) {
    std::size_t best = i;
    for (std::size_t r = i + 1; r < 3; ++r)
      if (std::abs(rows[r][i]) > std::abs(rows[best][i])) best = r;
    std::swap(rows[i], rows[best]);
    if (std::abs(rows[i][i]) < 1e-12) return std::nullopt;
    for (std::size_t r = 0; r < 3; ++r) {
      if (r == i) continue;
      const double factor = rows[r][i] / rows[i][i];
      for (std::size_t c = 0; c < 4; ++c) rows[r][c] -= factor * rows[i][c];
    }
  }
  return std::array{rows[0][3] / rows[0][0], rows[1][3] / rows[1][1], rows[2][3] / rows[2][2]};
}

std::optional<Parabola> parabola(std::vector<Sample> samples) {
  double whole = 0;
  double mean_x = 0;
  double mean_y = 0;
  for (const Sample& s : samples) whole += s.weight;
  for (const Sample& s : samples) {
    mean_x += s.weight * s.x / whole;
    mean_y += s.weight * s.y / whole;
  }
  double variance_x = 0;
  double variance_y = 0;
  for (Sample& s : samples) {
    s.x -= mean_x;
    s.y -= mean_y;
    s.weight /= whole;
    variance_x += s.weight * s.x * s.x;
    variance_y += s.weight * s.y * s.y;
  }
  if (variance_x <= 0 || variance_y <= 0) return std::nullopt;
  const double spread = std::sqrt(variance_x);
  std::array<Row, 3> normal{};
  for (const Sample& s : samples) {
    const std::array<double, 3> powers{1, s.x / spread, s.x * s.x / variance_x};
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) normal[r][c] += s.weight * powers[r] * powers[c];
      normal[r][3] += s.weight * powers[r] * s.y;
    }
  }
  const auto solved = solve(normal);
  if (!solved) return std::nullopt;
  double left = 0;
  double slope = 0;
  for (const Sample& s : samples) {
    const double x = s.x / spread;
    const double residual = s.y - (*solved)[0] - (*solved)[1] * x - (*solved)[2] * x * x;
    const double here = ((*solved)[1] + 2 * (*solved)[2] * x) / spread;
    left += s.weight * residual * residual;
    slope += s.weight * here * here;
  }
  return Parabola{1 - left / variance_y, std::sqrt(slope), spread};
}

bool may_be_chance(double explained, double n) {
  constexpr double kLevel = 0.01;
  if (n <= 4 || explained <= 0) return true;
  const double f = explained / 2 / ((1 - explained) / (n - 3));
  return f < boost::math::quantile(boost::math::complement(boost::math::fisher_f(2, n - 3), kLevel));
}

}  // namespace

std::vector<Narrowing> narrowings(const Machines& machines, const std::vector<InexactValue>& inexact, const ByMachine& values,
                                  const Known& now, double sd) {
  std::vector<Narrowing> all;
  std::set<std::string> seen;
  for (const InexactValue& value : inexact) {
    if (!seen.insert(value.name).second) continue;
    std::vector<Sample> samples;
    double mean = 0;
    double squares = 0;
    double whole = 0;
    for (std::size_t m = 0; m < machines.all.size(); ++m) {
      const double weight = machines.all[m].weight;
      if (!std::isfinite(values[m]) || weight <= 0) continue;
      const double drawn = value.at_draw(machines.all[m].draw);
      samples.push_back({value.low > 0 ? std::log(drawn) : drawn, values[m], weight});
      whole += weight;
      mean += weight * values[m];
      squares += weight * values[m] * values[m];
    }
    const auto fitted = parabola(samples);
    if (!fitted || may_be_chance(fitted->explained, machines.effective)) continue;
    mean /= whole;
    const double variance = squares / whole - mean * mean;
    const double n = machines.effective;
    const double explained = std::max(0.0, 1 - (1 - fitted->explained) * (n - 1) / (n - 3));
    const double step = value.low > 0 ? kMeasuredTo : kMeasuredTo * value.value;
    const double of_measuring = std::min(fitted->slope * fitted->slope * step * step, explained * variance);
    const double then = variance * (1 - explained) + of_measuring;
    const double factor = std::sqrt((then + sd * sd) / (variance + sd * sd));
    all.push_back({value.pointer, value.profile,
                   static_cast<std::size_t>(std::ranges::count(inexact, value.name, &InexactValue::name)), value.low,
                   value.high, explained,
                   {now.median - factor * (now.median - now.ninety.lo), now.median + factor * (now.ninety.hi - now.median)}});
  }
  std::ranges::stable_sort(all, std::greater<>(), &Narrowing::explained);
  return all;
}

}  // namespace ktlssim
