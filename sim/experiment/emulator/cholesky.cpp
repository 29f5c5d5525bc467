#include "sim/experiment/emulator/cholesky.hpp"

#include <cmath>

namespace ktlssim {

std::vector<double> solved(std::vector<double> matrix, double ridge, std::vector<double> x) {
  const std::size_t n = x.size();
  for (std::size_t i = 0; i < n; ++i) {
    double* const row = &matrix[i * n];
    row[i] += ridge;
    for (std::size_t j = 0; j <= i; ++j) {
      const double* const other = &matrix[j * n];
      double rest = row[j];
      for (std::size_t k = 0; k < j; ++k) rest -= row[k] * other[k];
      row[j] = i == j ? std::sqrt(rest) : rest / other[j];
    }
    for (std::size_t k = 0; k < i; ++k) x[i] -= row[k] * x[k];
    x[i] /= row[i];
  }
  for (std::size_t i = n; i-- > 0;) {
    x[i] /= matrix[i * n + i];
    for (std::size_t k = 0; k < i; ++k) x[k] -= matrix[i * n + k] * x[i];
  }
  return x;
}

}  // namespace ktlssim
