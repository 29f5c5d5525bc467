#include "sim/experiment/calibrate/calibrate.hpp"

#include <openssl/crypto.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <span>
#include <thread>
#include <utility>

#include "sim/experiment/calibrate/evp_algorithm.hpp"
#include "sim/experiment/platform/cpus.hpp"
#include "sim/experiment/platform/description.hpp"

namespace ktlssim {

namespace {

constexpr std::array<std::int64_t, 6> kSizes{16, 64, 256, 1024, 4096, 16384};
constexpr std::size_t kColdBytes = 64u << 20;  // walked through: larger than a last-level cache
constexpr std::size_t kHotBytes = kTlsMaxPayloadBytes;

// CPU time of this thread: what else runs on the machine does not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Processes records from one buffer into another, walking through both: with each algorithm in turn.
class Encryptor {
 public:
  Encryptor(std::span<const Algorithm> algorithms, std::size_t bytes)
      : algorithms_(algorithms.begin(), algorithms.end()),
        from_(bytes, 0x5a),
        to_(bytes + EVP_MAX_BLOCK_LENGTH, 1) {}

  void record(std::int64_t bytes) {
    const auto size = static_cast<std::size_t>(bytes);
    if (at_ + size > from_.size()) at_ = 0;
    for (EvpAlgorithm& algorithm : algorithms_)
      algorithm.process(from_.data() + at_, to_.data() + at_, static_cast<int>(bytes));
    at_ += size;
  }

  // Mean time of a record, over about `milliseconds`.
  double time_ns(std::int64_t bytes, double milliseconds) {
    constexpr int kChunk = 16;  // between looks at the clock
    std::int64_t records = 0;
    const double begin = cpu_seconds();
    double seconds = 0;
    do {
      for (int i = 0; i < kChunk; ++i) record(bytes);
      records += kChunk;
      seconds = cpu_seconds() - begin;
    } while (seconds * 1e3 < milliseconds);
    return seconds * 1e9 / static_cast<double>(records);
  }

 private:
  std::vector<EvpAlgorithm> algorithms_;
  std::vector<std::uint8_t> from_;
  std::vector<std::uint8_t> to_;
  std::size_t at_ = 0;
};

Timing timing_of(std::int64_t bytes, bool cold, const std::vector<double>& ns) {
  const auto [lowest, highest] = std::minmax_element(ns.begin(), ns.end());
  return {bytes, cold, median(ns), *lowest, *highest};
}

}  // namespace

MachineDescription describe_machine() {
  return {cpu_model(), OpenSSL_version(OPENSSL_VERSION), static_cast<int>(usable_cpus().size()),
          threads_per_core()};
}

// Weighted least squares of (a + b n - t) / t.
CostFit fit_cost(const std::vector<Timing>& timings) {
  double w = 0;
  double wn = 0;
  double wnn = 0;
  double wt = 0;
  double wnt = 0;
  for (const Timing& timing : timings) {
    if (!timing.cold) continue;
    const auto n = static_cast<double>(timing.bytes);
    const double weight = 1 / (timing.ns * timing.ns);
    w += weight;
    wn += weight * n;
    wnn += weight * n * n;
    wt += weight * timing.ns;
    wnt += weight * n * timing.ns;
  }
  CostFit fit{};
  fit.byte_ns = (w * wnt - wn * wt) / (w * wnn - wn * wn);
  fit.request_ns = (wt - fit.byte_ns * wn) / w;
  for (const Timing& timing : timings)
    if (timing.cold)
      fit.worst_error = std::max(
          fit.worst_error,
          std::abs((fit.request_ns + fit.byte_ns * static_cast<double>(timing.bytes)) / timing.ns - 1));
  return fit;
}

// Every repetition goes through all algorithms: where the machine is slower for a while, it is so for each.
std::vector<AlgorithmMeasurement> measure_algorithms(int repetitions, double milliseconds) {
  std::vector<std::vector<double>> ns(kAlgorithmCount * 2 * kSizes.size());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    auto sample = ns.begin();
    for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
      const auto algorithm = static_cast<Algorithm>(i);
      for (const bool cold : {false, true}) {
        Encryptor encryptor({&algorithm, 1}, cold ? kColdBytes : kHotBytes);
        encryptor.time_ns(kTlsMaxPayloadBytes, milliseconds);  // the clock speeds up, pages are mapped
        for (const std::int64_t bytes : kSizes)
          (sample++)->push_back(encryptor.time_ns(bytes, milliseconds));
      }
    }
  }
  std::vector<AlgorithmMeasurement> all;
  auto sample = ns.begin();
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    AlgorithmMeasurement& measurement = all.emplace_back();
    measurement.algorithm = static_cast<Algorithm>(i);
    for (const bool cold : {false, true})
      for (const std::int64_t bytes : kSizes)
        measurement.timings.push_back(timing_of(bytes, cold, *sample++));
    measurement.cost = fit_cost(measurement.timings);
  }
  return all;
}

ThreadsMeasurement measure_threads(const std::vector<Algorithm>& algorithms, int threads, int cpus,
                                   int repetitions, double milliseconds) {
  constexpr std::size_t kLeastBytes = 16u << 20;
  const std::size_t bytes = std::max(kColdBytes / static_cast<std::size_t>(threads), kLeastBytes);
  std::vector<double> rates;
  std::vector<double> shares;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    std::atomic<int> waiting = threads;
    std::atomic<bool> stop = false;
    std::vector<std::pair<std::int64_t, double>> done(
        static_cast<std::size_t>(threads));  // records, CPU seconds
    std::vector<std::jthread> workers;
    for (auto& own_part : done)
      workers.emplace_back([&, bytes] {
        Encryptor encryptor(algorithms, bytes);
        for (int warm = 0; warm < 100; ++warm) encryptor.record(kTlsMaxPayloadBytes);
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        const double begin = cpu_seconds();
        std::int64_t own = 0;
        for (; !stop; ++own) encryptor.record(kTlsMaxPayloadBytes);
        own_part = {own, cpu_seconds() - begin};
      });
    while (waiting > 0) std::this_thread::yield();
    const auto begin = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(milliseconds));
    stop = true;
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    workers.clear();  // joins
    double records = 0;
    double seconds = 0;
    for (const auto& [own, busy] : done) {
      records += static_cast<double>(own);
      seconds += busy;
    }
    rates.push_back(records / seconds * std::min(threads, cpus));
    shares.push_back(seconds / wall);
  }
  return {median(rates), median(shares)};
}

}  // namespace ktlssim
