#include "sim/experiment/calibrate/thread_costs.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/evp_algorithm.hpp"
#include "sim/experiment/calibrate/memory_costs.hpp"
#include "sim/experiment/calibrate/platform.hpp"
#include "sim/experiment/calibrate/sleeper.hpp"

namespace ktlssim {

namespace {

constexpr int kLow = 1;  // levels of urgency
constexpr int kHigh = 2;
constexpr int kRounds = 1000;  // of what is timed together

// The CPUs, and what the system allowed.
struct Bench {
  std::vector<int> cpus = usable_cpus();
  std::atomic<bool> realtime = true;
  std::atomic<bool> urgent = true;

  int here() const { return cpus.front(); }
  int device() const { return cpus.back(); }
  std::jthread start(int level, auto body) {
    return std::jthread([this, level, body] {
      pin_to_cpus({here()});
      if (!become_realtime(level)) realtime = false;
      body();
    });
  }
};

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

// Two equals take turns: a wakeup, a sleep and a switch each.
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

// The wakeup alone, of a thread that has to wait for the CPU.
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

// A thread wakes a more urgent one, which takes the CPU, and sleeps again. `contended`: it wants a lock that
// the waker holds, and has to give the CPU back for it.
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

struct RemoteWakeup {
  double latency_ns;  // until the thread runs
  double call_ns;     // that the waker is busy with it
};

// The device's CPU wakes a thread that has slept for `idle_ns`.
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

// What a thread loses while another CPU wakes a more urgent one on its CPU, which sleeps again at once.
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

// What it takes to get a line of memory that another CPU wrote or polls: of a round trip of two threads, in
// which each writes it and each fetches it, a fourth.
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

struct SharedRecord {
  double copy_ns_per_byte;
  double encrypt_ns;
};

// A thread copies to memory that the device has read; the device encrypts what another CPU has just written.
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

struct PollGaps {
  double longest_ns;
  double lost_share;  // of the time, in gaps of more than 5 us
};

// A loop that looks at the clock as a polling device does.
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

// What asking for `kAsked` of work takes, to a nanosecond of it.
double burn_factor() {
  constexpr double kAsked = 100'000;
  const std::int64_t begin = clock_ns();
  burn_ns(kAsked);
  return static_cast<double>(clock_ns() - begin) / kAsked;
}

// Names, in the order of the table, with their meaning.
struct Named {
  const char* name;
  const char* meaning;
};
constexpr Named kNames[] = {
    {"clock_read_ns", "look at the clock"},
    {"burn_factor", "time of work that is asked for in nanoseconds, over what was asked"},
    {"mutex_pair_ns", "lock and unlock a mutex that nobody else wants"},
    {"line_transfer_ns", "get a line of memory that another CPU has"},
    {"copy_shared_16k_ns_per_byte", "copy 16 KiB to memory that another CPU has read"},
    {"evp_shared_16k_ns", "AES-128-GCM of 16 KiB that another CPU has written"},
    {"wakeup_ns", "wake a thread that waits for this CPU, without the switch"},
    {"turn_ns", "two threads of one CPU take turns: a wakeup, a sleep and a switch"},
    {"preempting_wakeup_ns", "wake a more urgent thread of this CPU, which sleeps again at once"},
    {"context_switch_ns", "to another thread: what the second has more switches than the first"},
    {"sleep_ns", "go to sleep, apart from the switch: a turn less its wakeup and switch"},
    {"turnstile_ns", "block on a lock, beside the sleep and the switches to its owner and back"},
    {"interruption_ns", "lost to a thread by one wakeup from another CPU"},
    {"interrupt_ns", "the same without the two switches and the sleep"},
    {"remote_wakeup_call_ns", "that the polling device is away to wake a thread"},
    {"awake_latency_ns", "from that call until the thread runs, on a CPU that is kept awake"},
    {"interrupt_flight_ns", "the same without switch and interrupt"},
    {"idle_latency_5us_ns", "from that call until the thread runs, on a CPU that slept for 5 us"},
    {"idle_latency_50us_ns", "for 50 us"},
    {"idle_latency_500us_ns", "for 500 us"},
    {"cpu_idle_exit_ns", "what the CPU adds that slept for 50 us"},
    {"poll_gap_longest_ns", "between two looks of a polling device at its clock, in 20 ms"},
    {"poll_lost_share", "of its time, in gaps of more than 5 us"},
};

using Samples = std::map<std::string, std::vector<double>>;

void measure_once(Bench& bench, Samples& samples) {
  const auto add = [&samples](const char* name, double value) { samples[name].push_back(value); };
  bench.start(kHigh, [&] {
    add("clock_read_ns", clock_read_ns());
    add("mutex_pair_ns", mutex_pair_ns());
    add("burn_factor", burn_factor());
    measure_memory_once(samples);
  }).join();
  const double wakeup = wakeup_ns(bench, samples["clock_read_ns"].back());
  const double turn = turn_ns(bench);
  const double preempting = preempting_wakeup_ns(bench, false);
  const double a_switch = std::max(0.0, preempting - turn);
  const double a_sleep = std::max(0.0, turn - wakeup - a_switch);
  add("wakeup_ns", wakeup);
  add("turn_ns", turn);
  add("preempting_wakeup_ns", preempting);
  add("context_switch_ns", a_switch);
  add("sleep_ns", a_sleep);
  add("turnstile_ns",
      std::max(0.0, preempting_wakeup_ns(bench, true) - preempting - 2 * a_switch - a_sleep));
  if (bench.cpus.size() < 2) return;
  const double interruption = interruption_ns(bench);
  const double interrupt = std::max(0.0, interruption - 2 * a_switch - a_sleep);
  add("interruption_ns", interruption);
  add("interrupt_ns", interrupt);
  add("line_transfer_ns", line_transfer_ns(bench));
  const SharedRecord shared = shared_record(bench);
  add("copy_shared_16k_ns_per_byte", shared.copy_ns_per_byte);
  add("evp_shared_16k_ns", shared.encrypt_ns);
  const PollGaps gaps = poll_gaps(bench);
  add("poll_gap_longest_ns", gaps.longest_ns);
  add("poll_lost_share", gaps.lost_share);
  const double asleep = remote_wakeup(bench, 50'000, 100).latency_ns;
  add("idle_latency_5us_ns", remote_wakeup(bench, 5'000, 100).latency_ns);
  add("idle_latency_50us_ns", asleep);
  add("idle_latency_500us_ns", remote_wakeup(bench, 500'000, 20).latency_ns);
  const AwakeCpus awake({bench.here()});
  const RemoteWakeup prompt = remote_wakeup(bench, 50'000, 100);
  add("remote_wakeup_call_ns", prompt.call_ns);
  add("awake_latency_ns", prompt.latency_ns);
  add("interrupt_flight_ns", std::max(0.0, prompt.latency_ns - a_switch - interrupt));
  add("cpu_idle_exit_ns", std::max(0.0, asleep - prompt.latency_ns));
}

}  // namespace

MeasuredCost cost_of(std::string name, std::string meaning, std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const auto at = [&samples](double part) {
    return samples[static_cast<std::size_t>(std::lround(part * static_cast<double>(samples.size() - 1)))];
  };
  return {std::move(name), std::move(meaning), at(0.5), at(0.1), at(0.9)};
}

const MeasuredCost* ThreadCosts::find(std::string_view name) const {
  const auto found = std::find_if(all.begin(), all.end(), [name](const auto& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const MeasuredCost& ThreadCosts::operator[](std::string_view name) const {
  if (const MeasuredCost* const found = find(name)) return *found;
  throw std::out_of_range("not measured: " + std::string(name));
}

AwakeCpus::AwakeCpus(const std::vector<int>& cpus) : rounds_(cpus.size()) {
  constexpr std::int64_t kRounds = 100;  // between looks whether to stop
  for (std::size_t i = 0; i < cpus.size(); ++i)
    spinners_.emplace_back([this, cpu = cpus[i], &rounds = rounds_[i]] {
      pin_to_cpus({cpu});
      if (!become_realtime(0)) become_urgent();
      std::uint64_t chain = 1;
      for (std::int64_t all = 0; !stop_; rounds.store(all += kRounds, std::memory_order_relaxed))
        chain = burn_rounds(kRounds, chain);
    });
}

double AwakeCpus::left_over_ns() const {
  std::int64_t all = 0;
  for (const auto& rounds : rounds_) all += rounds;
  return static_cast<double>(all) / rounds_per_ns();
}

void ThreadCostSampler::sample() {
  rounds_per_ns();
  const UrgentSession urgent_session;
  Bench bench;
  const auto stolen = stolen_seconds();
  const std::int64_t begin = clock_ns();
  measure_once(bench, samples_);
  seconds_ += static_cast<double>(clock_ns() - begin) / 1e9 * static_cast<double>(bench.cpus.size());
  if (stolen && stolen_seconds_)
    *stolen_seconds_ += *stolen_seconds() - *stolen;
  else
    stolen_seconds_.reset();
  realtime_ = realtime_ && bench.realtime;
  urgent_ = urgent_ && bench.urgent;
}

ThreadCosts ThreadCostSampler::costs() const {
  ThreadCosts costs;
  const auto take = [&](const std::string& name, const std::string& meaning) {
    if (const auto found = samples_.find(name); found != samples_.end())
      costs.all.push_back(cost_of(name, meaning, found->second));
  };
  for (const Named& named : kNames) take(named.name, named.meaning);
  for (const auto& [name, meaning] : memory_cost_names()) take(name, meaning);
  costs.realtime = realtime_;
  costs.urgent = urgent_;
  costs.stolen_percent =
      stolen_seconds_ ? 100 * *stolen_seconds_ / seconds_ : std::numeric_limits<double>::quiet_NaN();
  return costs;
}

ThreadCosts measure_thread_costs(int repetitions) {
  ThreadCostSampler sampler;
  for (int i = 0; i < repetitions; ++i) sampler.sample();
  return sampler.costs();
}

}  // namespace ktlssim
