// What several replications of one scenario say together.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/measure/run_result.hpp"

namespace ktlssim {

// interval: [lo, hi] is the 95 % confidence interval (Student's t). single: drawn at random, but
// only once, so nothing is known about its spread. deterministic: nothing was drawn at random, so every
// replication is the same. growing: there is no mean, only that of the window, which grows with it.
enum class Spread { interval, single, deterministic, growing };

struct Estimate {
  std::string name;
  std::string unit;
  double mean;  // of the replications; a quantile of latency is that of all their records together; NaN: none
  double lo;    // both equal to mean unless `spread` is interval
  double hi;
  std::size_t n;  // replications that have a value
  Spread spread;
};

// The mean of `values`, which are those of the replications; without any it is NaN, and n is 0.
Estimate estimate(std::string name, std::string unit, std::span<const double> values, bool random);
// `centre`, of which `values` are estimates from one replication each ("sectioning"; Asmussen and Glynn,
// Stochastic Simulation, III.5).
Estimate estimate_about(double centre, std::string name, std::string unit, std::span<const double> values,
                        bool random);

struct CpuShare {
  std::string thread;
  std::string thread_class;
  std::string function;
  double busy_ns;
};

// Means over the replications that are done; a row or counter absent from one counts as zero in it. A metric is
// over those in which it has a value, and its interval within what it can be: no time is below zero, no share
// above one or 100 %.
struct Summary {
  std::size_t done = 0;
  std::vector<Estimate> metrics;
  std::vector<std::pair<std::string, double>> counters;
  std::vector<CpuShare> cpu;
  std::vector<double> cpu_busy_ns;  // by CPU
  std::vector<Resource> resources;
  std::vector<std::string> findings;  // of any replication
  // Latency to ready of all records of all replications: us, and the fraction that takes at most that.
  std::vector<std::pair<double, double>> latency_cdf;

  const Estimate* metric(std::string_view name) const;  // null if there is none
  const Resource* bottleneck() const;                   // null without resources
};

// The resource of the highest utilization limits; among those within so much of it hardware does, since
// threads that wait for it are occupied too, and a single CPU after the thread that fills it.
inline constexpr double kHardwareFirst = 0.01;

// At this utilization a resource counts as saturated.
inline constexpr double kSaturated = 0.9;

Summary summarize(std::span<const RunResult> results);

}  // namespace ktlssim
