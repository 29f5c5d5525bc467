#include "sim/experiment/calibrate/thread_benches.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <mutex>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/evp_algorithm.hpp"
#include "sim/experiment/calibrate/memory_costs.hpp"
#include "sim/experiment/calibrate/sleeper.hpp"
#include "sim/experiment/calibrate/thread_costs.hpp"

namespace ktlssim {

namespace {

constexpr int kLow = 1;  // levels of urgency
constexpr int kHigh = 2;
constexpr int kRounds = 1000;  // of what is timed together

// What a thread does between two wakeups so that the kernel's part of the caches is as cold as it is for
// threads that do something: a copy of a record.
class Errand {
 public:
  void run() {
    at_ = (at_ + kBytes) % from_.size();
    std::memcpy(to_.data() + at_, from_.data() + at_, kBytes);
    asm volatile("" ::"r"(to_.data()) : "memory");
  }
  // Of `rounds` errands, one after the other.
  double ns(int rounds) {
    const std::int64_t begin = clock_ns();
    for (int i = 0; i < rounds; ++i) run();
    return static_cast<double>(clock_ns() - begin) / rounds;
  }

 private:
  static constexpr std::size_t kBytes = 16384;
  std::vector<char> from_ = std::vector<char>(kWarmCopyBytes / 2, 1);
  std::vector<char> to_ = std::vector<char>(kWarmCopyBytes / 2, 2);
  std::size_t at_ = 0;
};

}  // namespace

double turn_ns(Bench& bench) {
  Sleeper a;
  Sleeper b;
  Errand errand;
  double ns = 0;
  std::jthread second = bench.start(kLow, [&] {
    for (int i = 0; i < kRounds; ++i) {
      b.sleep();
      errand.run();
      a.wake();
    }
  });
  std::jthread first = bench.start(kLow, [&] {
    const double errand_ns = errand.ns(kRounds);
    const std::int64_t begin = clock_ns();
    for (int i = 0; i < kRounds; ++i) {
      errand.run();
      b.wake();
      a.sleep();
    }
    ns = static_cast<double>(clock_ns() - begin) / (2 * kRounds) - errand_ns;
  });
  first.join();
  second.join();
  return ns;
}

double wakeup_ns(Bench& bench, double clock_read_ns) {
  Sleeper a;
  Sleeper b;
  std::int64_t ns = 0;
  Errand errand;
  std::jthread second = bench.start(kLow, [&] {
    for (int i = 0; i < kRounds; ++i) {
      b.sleep();
      a.wake();
    }
  });
  std::jthread first = bench.start(kLow, [&] {
    a.wake();
    for (int i = 0; i < kRounds; ++i) {
      a.sleep();
      errand.run();
      const std::int64_t begin = clock_ns();
      b.wake();
      ns += clock_ns() - begin;
    }
  });
  first.join();
  second.join();
  return static_cast<double>(ns) / kRounds - clock_read_ns;
}

double preempting_wakeup_ns(Bench& bench, bool contended) {
  Sleeper sleeper;
  std::mutex lock;
  std::atomic<bool> stop = false;
  double ns = 0;
  Errand errand;
  Sleeper started;
  std::jthread urgent = bench.start(kHigh, [&] {
    started.wake();
    for (;;) {
      sleeper.sleep();
      if (stop) return;
      errand.run();
      if (contended) const std::lock_guard held(lock);
    }
  });
  started.sleep();
  std::jthread waker = bench.start(kLow, [&] {
    const double errand_ns = errand.ns(kRounds);
    const std::int64_t begin = clock_ns();
    for (int i = 0; i < kRounds; ++i) {
      errand.run();
      if (contended) lock.lock();
      sleeper.wake();
      if (contended) lock.unlock();
    }
    ns = static_cast<double>(clock_ns() - begin) / kRounds - 2 * errand_ns;
    stop = true;
    sleeper.wake();
  });
  waker.join();
  urgent.join();
  return ns;
}

RemoteWakeup remote_wakeup(Bench& bench, double idle_ns, int rounds) {
  Sleeper sleeper;
  std::atomic<std::int64_t> woke = 0;
  std::vector<double> latencies;
  std::vector<double> calls;
  std::jthread thread = bench.start(kHigh, [&] {
    for (int i = 0; i < rounds; ++i) {
      sleeper.sleep();
      woke = clock_ns();
    }
  });
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    if (!become_urgent()) bench.urgent = false;
    for (int i = 0; i < rounds; ++i) {
      burn_ns(idle_ns);
      const std::int64_t begin = clock_ns();
      sleeper.wake();
      calls.push_back(static_cast<double>(clock_ns() - begin));
      while (woke < begin) continue;
      latencies.push_back(static_cast<double>(woke - begin));
    }
  });
  device.join();
  thread.join();
  const auto middle = [](std::vector<double>& values) { return cost_of("", "", values).value; };
  return {middle(latencies), middle(calls)};
}

double interruption_ns(Bench& bench) {
  constexpr double kPeriodNs = 50'000;
  constexpr double kWorkNs = 10'000'000;
  Sleeper sleeper;
  std::atomic<bool> stop = false;
  std::atomic<bool> knock = false;
  std::atomic<int> knocks = 0;
  double lost_ns = 0;
  std::jthread interrupt = bench.start(kHigh, [&] {
    while (!stop) sleeper.sleep();
  });
  Sleeper started;  // a real-time victim would keep the device from starting
  std::jthread device([&] {
    pin_to_cpus({bench.device()});
    become_urgent();
    started.wake();
    while (!stop) {
      burn_ns(kPeriodNs);
      if (!knock) continue;
      sleeper.wake();
      ++knocks;
    }
    sleeper.wake();
  });
  started.sleep();
  std::jthread victim = bench.start(kLow, [&] {
    const auto work_ns = [] {
      const std::int64_t begin = clock_ns();
      burn_ns(kWorkNs);
      return static_cast<double>(clock_ns() - begin);
    };
    const double quiet_before = work_ns();
    knock = true;
    const double disturbed = work_ns();
    knock = false;
    const double quiet = (quiet_before + work_ns()) / 2;
    lost_ns = (disturbed - quiet) / std::max(1, knocks.load());
    stop = true;
  });
  victim.join();
  device.join();
  interrupt.join();
  return lost_ns;
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
  std::jthread thread = bench.start(kLow, [&] {
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
    bench.start(kLow, [&] {
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
    for (std::int64_t last = begin, now = begin; now - begin < kLookNs; last = now) {
      now = clock_ns();
      longest = std::max(longest, now - last);
      if (now - last > kGapNs) lost += now - last;
    }
    gaps = {static_cast<double>(longest), static_cast<double>(lost) / static_cast<double>(kLookNs)};
  });
  device.join();
  return gaps;
}

double clock_read_ns() {
  const std::int64_t begin = clock_ns();
  for (int i = 0; i < kRounds; ++i) clock_ns();
  return static_cast<double>(clock_ns() - begin) / kRounds;
}

double mutex_pair_ns() {
  std::mutex lock;
  const std::int64_t begin = clock_ns();
  for (int i = 0; i < kRounds; ++i) {
    const std::lock_guard held(lock);
    asm volatile("" ::: "memory");
  }
  return static_cast<double>(clock_ns() - begin) / kRounds;
}

double burn_factor() {
  constexpr double kAsked = 100'000;
  const std::int64_t begin = clock_ns();
  burn_ns(kAsked);
  return static_cast<double>(clock_ns() - begin) / kAsked;
}

}  // namespace ktlssim
