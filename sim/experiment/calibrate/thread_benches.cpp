#include "sim/experiment/calibrate/thread_benches.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "sim/experiment/calibrate/memory_costs.hpp"
#include "sim/experiment/calibrate/sleeper.hpp"

namespace ktlssim {

namespace {

constexpr int kBatches = 20;
constexpr int kRounds = 50;  // of what is timed together
constexpr int kAllRounds = (kBatches + 1) * kRounds;
constexpr std::size_t kErrandBytes = 16384;

double errand_ns(Errand& errand) {
  return median_round_ns(kBatches, kRounds, [&errand] { errand.run(); });
}

}  // namespace

double median_of(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Errand::Errand() : from_(kErrandBytes, 1), to_(kWarmCopyBytes / 2, 2) {}

void Errand::run() {
  at_ = (at_ + kErrandBytes) % to_.size();
  std::memcpy(to_.data() + at_, from_.data(), kErrandBytes);
  asm volatile("" ::"r"(to_.data()) : "memory");
}

double turn_ns(Bench& bench) {
  Sleeper a;
  Sleeper b;
  Errand errand;
  double ns = 0;
  std::jthread second = bench.start(kLowLevel, [&] {
    for (int i = 0; i < kAllRounds; ++i) {
      b.sleep();
      errand.run();
      a.wake();
    }
  });
  std::jthread first = bench.start(kLowLevel, [&] {
    const double errand_alone_ns = errand_ns(errand);
    ns = median_round_ns(kBatches, kRounds, [&] {
      errand.run();
      b.wake();
      a.sleep();
    });
    ns = ns / 2 - errand_alone_ns;
  });
  first.join();
  second.join();
  return ns;
}

double wakeup_ns(Bench& bench, double clock_read_ns) {
  Sleeper a;
  Sleeper b;
  std::vector<double> ns;
  Errand errand;
  std::jthread second = bench.start(kLowLevel, [&] {
    for (int i = 0; i < kAllRounds; ++i) {
      b.sleep();
      a.wake();
    }
  });
  std::jthread first = bench.start(kLowLevel, [&] {
    a.wake();
    for (int i = 0; i < kAllRounds; ++i) {
      a.sleep();
      errand.run();
      const std::int64_t begin = clock_ns();
      b.wake();
      ns.push_back(static_cast<double>(clock_ns() - begin));
    }
  });
  first.join();
  second.join();
  return median_of(std::move(ns)) - clock_read_ns;
}

double preempting_wakeup_ns(Bench& bench, bool contended) {
  Sleeper sleeper;
  std::mutex lock;
  std::atomic<bool> stop = false;
  double ns = 0;
  Errand errand;
  Sleeper started;
  std::jthread urgent = bench.start(kHighLevel, [&] {
    started.wake();
    for (;;) {
      sleeper.sleep();
      if (stop) return;
      errand.run();
      if (contended) const std::lock_guard held(lock);
    }
  });
  started.sleep();
  std::jthread waker = bench.start(kLowLevel, [&] {
    const double errand_alone_ns = errand_ns(errand);
    ns = median_round_ns(kBatches, kRounds, [&] {
      errand.run();
      if (contended) lock.lock();
      sleeper.wake();
      if (contended) lock.unlock();
    });
    ns -= 2 * errand_alone_ns;
    stop = true;
    sleeper.wake();
  });
  waker.join();
  urgent.join();
  return ns;
}

double clock_read_ns() {
  return median_round_ns(kBatches, kRounds, [] { clock_ns(); });
}

double mutex_pair_ns() {
  std::mutex lock;
  return median_round_ns(kBatches, kRounds, [&lock] {
    const std::lock_guard held(lock);
    asm volatile("" ::: "memory");
  });
}

double burn_factor() {
  constexpr double kAsked = 5'000;
  return median_round_ns(kBatches, 1, [] { burn_ns(kAsked); }) / kAsked;
}

}  // namespace ktlssim
