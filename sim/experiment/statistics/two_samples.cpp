#include "sim/experiment/statistics/two_samples.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/experiment/statistics/mean.hpp"

namespace ktlssim {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
struct Moments {
  double n;
  double mean;
  double variance;  // of the sample; 0 for a single value
};

Moments moments(std::span<const double> values) {
  Moments m{static_cast<double>(values.size()), 0, 0};
  for (const double value : values) m.mean += value / m.n;
  for (const double value : values) m.variance += (value - m.mean) * (value - m.mean);
  m.variance = values.size() > 1 ? m.variance / (m.n - 1) : 0;
  return m;
}

DifferenceInterval around(double mean, double standard_error, double freedom, double level) {
  if (standard_error == 0) return {mean, mean, mean, true};
  const boost::math::students_t t(freedom);
  const double half = boost::math::quantile(boost::math::complement(t, (1 - level) / 2)) * standard_error;
  return {mean, mean - half, mean + half, true};
}

}  // namespace

DifferenceInterval paired_difference(std::span<const double> a, std::span<const double> b, double level, bool random) {
  const std::size_t n = std::min(a.size(), b.size());
  if (n == 0) return {kNaN, -kInfinite, kInfinite, false};
  std::vector<double> differences(n);
  for (std::size_t i = 0; i < n; ++i) differences[i] = b[i] - a[i];
  const Moments m = moments(differences);
  if (!random) return {m.mean, m.mean, m.mean, true};
  if (n < 2) return {m.mean, -kInfinite, kInfinite, false};
  return around(m.mean, std::sqrt(m.variance / m.n), m.n - 1, level);
}

DifferenceInterval welch_difference(std::span<const double> a, std::span<const double> b, double level, bool random) {
  if (a.empty() || b.empty()) return {kNaN, -kInfinite, kInfinite, false};
  const Moments of_a = moments(a);
  const Moments of_b = moments(b);
  const double mean = of_b.mean - of_a.mean;
  if (!random) return {mean, mean, mean, true};
  if (a.size() < 2 || b.size() < 2) return {mean, -kInfinite, kInfinite, false};
  const double part_a = of_a.variance / of_a.n;
  const double part_b = of_b.variance / of_b.n;
  const double sum = part_a + part_b;
  // Welch and Satterthwaite.
  const double freedom = sum == 0 ? 1 : sum * sum / (part_a * part_a / (of_a.n - 1) + part_b * part_b / (of_b.n - 1));
  return around(mean, std::sqrt(sum), freedom, level);
}

}  // namespace ktlssim
