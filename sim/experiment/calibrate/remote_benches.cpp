#include "sim/experiment/calibrate/remote_benches.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "sim/experiment/calibrate/evp_algorithm.hpp"
#include "sim/experiment/calibrate/sleeper.hpp"

namespace ktlssim {

namespace {

constexpr int kUrgentThreads = 2;

// What the threads note of an interruption.
struct Knock {
  std::atomic<std::int64_t> stood_ns = 0;  // the last stamp of the thread that works, before it stood still
  std::atomic<std::int64_t> ran_ns = 0;    // the first urgent thread ran
  std::atomic<std::int64_t> slept_ns = 0;  // the last one went to sleep
  std::atomic<std::int64_t> back_ns = 0;   // the thread works again
  std::atomic<int> awake = 0;              // urgent threads that have not slept since
};

double median_or_zero(std::vector<double> values) { return values.empty() ? 0 : median_of(std::move(values)); }

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  int n = 0;
  for (const double value : values) {
    if (value > static_cast<double>(kTakenAwayNs)) continue;
    sum += value;
    ++n;
  }
  return n == 0 ? 0 : sum / n;
}

// Spreads knocks evenly over the phases of what they disturb: multiples of the golden ratio, modulo one.
double part_of(int i) {
  constexpr double kGolden = 0.6180339887498949;
  const double x = kGolden * i;
  return x - static_cast<double>(static_cast<std::int64_t>(x));
}

}  // namespace

Interruption interruption(Bench& bench, int threads, Calls calls) {
  constexpr int kKnocks = 100;
  constexpr double kLeastNs = 40'000;  // between knocks
  constexpr double kMoreNs = 20'000;
  const std::int64_t call_every_ns = calls == Calls::always ? 0 : 2'000;
  constexpr int kCallsOfARecord = 4;
  Knock knock;
  Sleeper sleepers[kUrgentThreads];
  Sleeper started;
  std::atomic<bool> stop = false;
  std::atomic<std::int64_t> stamp = 0;
  std::vector<double> busy;
  std::vector<double> flights;
  std::vector<double> enters;
  std::vector<double> leaves;
  std::vector<double> stands;
  std::vector<std::jthread> urgent;
  for (int i = 0; i < threads; ++i) {
    urgent.push_back(bench.start(kHighLevel, [&, &sleeper = sleepers[i]] {
      started.wake();
      for (;;) {
        sleeper.sleep();
        if (stop) return;
        const std::int64_t now = clock_ns();
        if (knock.ran_ns == 0) {
          knock.stood_ns = stamp.load();
          knock.ran_ns = now;
        }
        knock.slept_ns = clock_ns();
        --knock.awake;
      }
    }));
    started.sleep();
  }
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    if (!become_urgent()) bench.urgent = false;
    started.wake();
    while (stamp == 0) continue;
    for (int i = 0; i < kKnocks; ++i) {
      burn_ns(kLeastNs + kMoreNs * part_of(i));
      knock.ran_ns = 0;
      knock.awake = threads;  // first, so that nobody is back from the knock before
      knock.back_ns = 0;
      const std::int64_t called = clock_ns();
      sleepers[0].wake();
      busy.push_back(static_cast<double>(clock_ns() - called));
      for (int other = 1; other < threads; ++other) sleepers[other].wake();
      while (knock.back_ns == 0) continue;
      const std::int64_t stood = std::max<std::int64_t>(knock.stood_ns, called);
      flights.push_back(static_cast<double>(stood - called));
      enters.push_back(static_cast<double>(knock.ran_ns - stood));
      leaves.push_back(static_cast<double>(knock.back_ns - knock.slept_ns));
      stands.push_back(static_cast<double>(knock.back_ns - stood));
    }
    stop = true;
    for (int i = 0; i < threads; ++i) sleepers[i].wake();
  });
  started.sleep();
  std::jthread works = bench.start(kLowLevel, [&] {
    Errand errand;
    const auto note = [&] {
      const std::int64_t now = clock_ns();
      if (knock.back_ns == 0 && knock.awake == 0) knock.back_ns = clock_ns();  // `now` may be of before it stood still
      stamp = now;
      return now;
    };
    std::int64_t called = note();
    for (int i = 0; !stop;) {
      if (note() - called < call_every_ns || calls == Calls::never) continue;
      if (++i % kCallsOfARecord == 0 && calls == Calls::now_and_then) errand.run();
      called = note();
      getppid();
    }
  });
  works.join();
  device.join();
  for (std::jthread& thread : urgent) thread.join();
  return {mean_of(busy), mean_of(flights), mean_of(enters), mean_of(leaves), mean_of(stands)};
}

double remote_wakeup_ns(Bench& bench, double idle_ns, int rounds) {
  Sleeper sleeper;
  std::atomic<std::int64_t> woke = 0;
  std::vector<double> latencies;
  std::jthread thread = bench.start(kHighLevel, [&] {
    for (int i = 0; i < rounds; ++i) {
      sleeper.sleep();
      woke = clock_ns();
    }
  });
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    become_urgent();
    for (int i = 0; i < rounds; ++i) {
      burn_ns(idle_ns);
      const std::int64_t begin = clock_ns();
      sleeper.wake();
      while (woke < begin) continue;
      latencies.push_back(static_cast<double>(woke - begin));
    }
  });
  device.join();
  thread.join();
  return median_or_zero(std::move(latencies));
}

double line_transfer_ns(Bench& bench) {
  constexpr int kTrips = 2000;
  alignas(64) std::atomic<int> line = 0;
  double ns = 0;
  std::atomic<bool> started = false;
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    become_urgent();
    started = true;
    for (int i = 0; i < kTrips; ++i) {
      while (line != 2 * i + 1) continue;
      line = 2 * i + 2;
    }
  });
  while (!started) std::this_thread::yield();
  std::jthread thread = bench.start(kLowLevel, [&] {
    const std::int64_t begin = clock_ns();
    for (int i = 0; i < kTrips; ++i) {
      line = 2 * i + 1;
      while (line != 2 * i + 2) continue;
    }
    ns = static_cast<double>(clock_ns() - begin) / (4 * kTrips);
  });
  thread.join();
  device.join();
  return ns;
}

SharedRecord shared_record(Bench& bench) {
  constexpr int kRecords = 32;
  constexpr int kTurns = 4;
  const std::vector<std::uint8_t> from(kTlsMaxPayloadBytes, 1);
  std::vector<std::uint8_t> records(std::size_t{kRecords} * kTlsMaxPayloadBytes);
  std::vector<std::uint8_t> encrypted(kTlsMaxPayloadBytes + EVP_MAX_BLOCK_LENGTH);
  const auto record = [&](int i) { return records.data() + std::size_t(i) * kTlsMaxPayloadBytes; };
  SharedRecord shared{};
  for (int turn = 0; turn < kTurns; ++turn) {  // the last one counts
    bench.start(kLowLevel, [&] {
      const std::int64_t begin = clock_ns();
      for (int i = 0; i < kRecords; ++i) std::memcpy(record(i), from.data(), from.size());
      shared.copy_ns_per_byte = static_cast<double>(clock_ns() - begin) / static_cast<double>(records.size());
    }).join();
    std::jthread([&] {
      pin_to_cpus({bench.device()});
      become_urgent();
      EvpAlgorithm algorithm(Algorithm::aes_128_gcm);
      const std::int64_t begin = clock_ns();
      for (int i = 0; i < kRecords; ++i)
        algorithm.process(record(i), encrypted.data(), static_cast<int>(kTlsMaxPayloadBytes));
      shared.encrypt_ns = static_cast<double>(clock_ns() - begin) / kRecords;
    }).join();
  }
  return shared;
}

PollGaps poll_gaps(Bench& bench) {
  constexpr std::int64_t kLookNs = 20'000'000;
  constexpr std::int64_t kGapNs = 5'000;
  PollGaps gaps{};
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    become_urgent();
    const std::int64_t begin = clock_ns();
    std::int64_t lost = 0;
    std::int64_t longest = 0;
    std::int64_t background = 0;
    for (std::int64_t last = begin, now = begin; now - begin < kLookNs; last = now) {
      now = clock_ns();
      longest = std::max(longest, now - last);
      if (now - last <= kGapNs) continue;
      lost += now - last;
      if (now - last < kTakenAwayNs) background += now - last;
    }
    gaps = {static_cast<double>(longest), static_cast<double>(lost) / static_cast<double>(kLookNs),
            static_cast<double>(background) / static_cast<double>(kLookNs)};
  });
  device.join();
  return gaps;
}

}  // namespace ktlssim
