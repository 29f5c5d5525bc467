#include "sim/experiment/statistics/control_variates.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <optional>

namespace ktlssim {

namespace {

using Matrix = std::vector<std::vector<double>>;

// Values for each control, and a reserve for the residual.
constexpr std::size_t kValuesPerControl = 3;
constexpr std::size_t kReserve = 6;
// A value that its own control alone explains has a residual of zero.
constexpr double kLeastFreedom = 1e-6;

// Columns that vary, and not as a sum of those before them (Gram and Schmidt).
std::vector<std::size_t> independent(const Matrix& rows) {
  constexpr double kLeast = 1e-3;  // of a column's mean square, that is its own
  const std::size_t n = rows.size();
  std::vector<std::vector<double>> basis{std::vector<double>(n, 1 / std::sqrt(static_cast<double>(n)))};
  std::vector<std::size_t> columns;
  for (std::size_t c = 0; c < rows.front().size(); ++c) {
    std::vector<double> own(n);
    double whole = 0;
    for (std::size_t r = 0; r < n; ++r) {
      own[r] = rows[r][c];
      whole += own[r] * own[r];
    }
    for (const std::vector<double>& other : basis) {
      double along = 0;
      for (std::size_t r = 0; r < n; ++r) along += own[r] * other[r];
      for (std::size_t r = 0; r < n; ++r) own[r] -= along * other[r];
    }
    double left = 0;
    for (const double value : own) left += value * value;
    if (left <= kLeast * whole || left <= kLeast) continue;
    for (double& value : own) value /= std::sqrt(left);
    basis.push_back(std::move(own));
    columns.push_back(c);
  }
  return columns;
}

// Gauss and Jordan; nothing where columns hang on each other.
std::optional<Matrix> inverse(Matrix m) {
  const std::size_t n = m.size();
  Matrix result(n, std::vector<double>(n, 0));
  for (std::size_t i = 0; i < n; ++i) result[i][i] = 1;
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t best = i;
    for (std::size_t r = i + 1; r < n; ++r)
      if (std::abs(m[r][i]) > std::abs(m[best][i])) best = r;
    std::swap(m[i], m[best]);
    std::swap(result[i], result[best]);
    const double pivot = m[i][i];
    if (std::abs(pivot) < 1e-9) return std::nullopt;
    for (std::size_t c = 0; c < n; ++c) {
      m[i][c] /= pivot;
      result[i][c] /= pivot;
    }
    for (std::size_t r = 0; r < n; ++r) {
      const double factor = m[r][i];
      if (r == i || factor == 0) continue;
      for (std::size_t c = 0; c < n; ++c) {
        m[r][c] -= factor * m[i][c];
        result[r][c] -= factor * result[i][c];
      }
    }
  }
  return result;
}

}  // namespace

Estimate controlled_estimate(const Estimate& plain, std::span<const double> values, const Matrix& controls) {
  if (plain.spread != Spread::interval || values.size() != controls.size() || controls.empty() || controls.front().empty())
    return plain;
  const std::vector<std::size_t> columns = independent(controls);
  const std::size_t q = columns.size();
  const std::size_t n = values.size();
  if (q == 0 || n < kValuesPerControl * q + kReserve) return plain;
  Matrix design(n, std::vector<double>(q + 1, 1));
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t c = 0; c < q; ++c) design[r][c + 1] = controls[r][columns[c]];
  Matrix normal(q + 1, std::vector<double>(q + 1, 0));
  std::vector<double> right(q + 1, 0);
  for (std::size_t r = 0; r < n; ++r)
    for (std::size_t i = 0; i <= q; ++i) {
      right[i] += design[r][i] * values[r];
      for (std::size_t j = 0; j <= q; ++j) normal[i][j] += design[r][i] * design[r][j];
    }
  const std::optional<Matrix> inverted = inverse(std::move(normal));
  if (!inverted) return plain;
  std::vector<double> coefficients(q + 1, 0);
  for (std::size_t i = 0; i <= q; ++i)
    for (std::size_t j = 0; j <= q; ++j) coefficients[i] += (*inverted)[i][j] * right[j];
  double variance = 0;  // of the coefficient at controls of zero
  for (std::size_t r = 0; r < n; ++r) {
    double residual = values[r];
    double leverage = 0;
    double weight = 0;  // of the value in the mean
    for (std::size_t i = 0; i <= q; ++i) {
      residual -= coefficients[i] * design[r][i];
      weight += (*inverted)[0][i] * design[r][i];
      for (std::size_t j = 0; j <= q; ++j) leverage += design[r][i] * (*inverted)[i][j] * design[r][j];
    }
    const double left_out = residual / std::max(kLeastFreedom, 1 - leverage);  // from a regression without this value
    variance += weight * weight * left_out * left_out;
  }
  constexpr double kTail = 0.025;
  const auto freedom = static_cast<double>(n - q - 1);
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(freedom), kTail));
  const double half = t * std::sqrt(variance);
  Estimate result = plain;
  result.mean = coefficients[0];
  result.lo = result.mean - half;
  result.hi = result.mean + half;
  return result;
}

}  // namespace ktlssim
