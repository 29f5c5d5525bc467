// Measures this machine: what TLS records cost its CPUs to encrypt, through OpenSSL's EVP interface.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/scenario.hpp"

namespace ktlssim {

struct MachineDescription {
  std::string cpu;      // model name
  std::string openssl;  // its version
  int cpus;             // that this process may use
  int threads_per_core;
};

MachineDescription describe_machine();

// CPU time of one record of one size: the median of repetitions, and their lowest and highest.
struct Timing {
  std::int64_t bytes;
  bool cold;  // each record from memory that was not touched for a while
  double ns;
  double lowest_ns;
  double highest_ns;
};

// request_ns + byte_ns x bytes, fitted to the relative error of cold timings.
struct CostFit {
  double request_ns;
  double byte_ns;
  double worst_error;  // relative, of the cold timings
};

CostFit fit_cost(const std::vector<Timing>& timings);

struct AlgorithmMeasurement {
  Algorithm algorithm;
  std::vector<Timing> timings;
  CostFit cost;
};

// Every Algorithm over 16 B to 16 KiB, hot and cold, each repetition `milliseconds` long. Throws
// std::runtime_error if OpenSSL fails.
std::vector<AlgorithmMeasurement> measure_algorithms(int repetitions, double milliseconds);

struct ThreadsMeasurement {
  double records_per_second;  // of 16 KiB, cold: with a CPU for each thread, as far as there are
  double cpus_had;            // CPU time of the threads over time: less than that where other work competes
};

// Medians of repetitions. In CPU time: what they would encrypt together if nothing else ran.
// Each record passes through all of `algorithms`.
ThreadsMeasurement measure_threads(const std::vector<Algorithm>& algorithms, int threads, int cpus,
                                   int repetitions, double milliseconds);

}  // namespace ktlssim
