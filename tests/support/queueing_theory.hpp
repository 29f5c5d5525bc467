// Closed forms that the simulator must reproduce. Times in any unit, rates in its inverse.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace ktlssim::theory {

// Mean time in an open queue with random arrivals at `rate` and one server of mean `s` and squared
// coefficient of variation `scv` (Pollaczek-Khinchine): M/M/1 with scv 1, M/D/1 with scv 0.
inline double mg1_sojourn(double rate, double s, double scv) {
  const double rho = rate * s;
  return s + rho * s * (1 + scv) / (2 * (1 - rho));
}

// The same with `c` exponential servers (Erlang C).
inline double mmc_sojourn(double rate, double s, int c) {
  const double a = rate * s;
  double term = 1;
  double sum = 0;
  for (int k = 0; k < c; ++k) {
    sum += term;
    term *= a / (k + 1);
  }
  const double waiting = term * c / (c - a);
  return s + waiting / (sum + waiting) * s / (c - a);
}

// Fraction of the arrivals that M/M/1/K turns away.
inline double mm1k_loss(double rate, double s, int k) {
  const double rho = rate * s;
  return (1 - rho) * std::pow(rho, k) / (1 - std::pow(rho, k + 1));
}

// Throughput of M/M/c//N: `n` customers think for `z` and are served by `c` exponential servers of mean `s`.
inline double repairmen(int n, int c, double z, double s) {
  // p_k: k customers at the servers; p_k / p_(k-1) = (n - k + 1) / z * s / min(k, c).
  double p = 1;
  double sum = 1;
  double busy = 0;
  for (int k = 1; k <= n; ++k) {
    p *= (n - k + 1) / z * s / std::min(k, c);
    sum += p;
    busy += p * std::min(k, c);
  }
  return busy / sum / s;
}

// Throughput of a closed network of single exponential servers and one delay, by Buzen's convolution: an
// algorithm other than the mean value analysis of models/bounds.cpp.
inline double closed_network(int n, double delay, const std::vector<double>& demands) {
  std::vector<double> g(static_cast<std::size_t>(n) + 1);
  g[0] = 1;
  for (std::size_t k = 1; k < g.size(); ++k) g[k] = g[k - 1] * delay / static_cast<double>(k);
  for (const double demand : demands)
    for (std::size_t k = 1; k < g.size(); ++k) g[k] += demand * g[k - 1];
  return g[g.size() - 2] / g.back();
}

}  // namespace ktlssim::theory
