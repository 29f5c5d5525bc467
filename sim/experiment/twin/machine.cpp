#include "sim/experiment/twin/machine.hpp"

#include <pthread.h>
#include <time.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/awake_cpus.hpp"
#include "sim/experiment/mechanism/mechanism.hpp"
#include "sim/experiment/platform/cpus.hpp"
#include "sim/experiment/platform/urgency.hpp"
#include "sim/experiment/platform/usage.hpp"
#include "sim/measure/latency_histogram.hpp"

namespace ktlssim {

namespace {

constexpr double kEndMs = 5000;  // for the records under way when applications stop

enum Kind { application, worker, completion, network, device };
constexpr const char* kKinds[] = {"applications", "workers", "completion interrupt", "network interrupt",
                                  "device"};
// Of urgency; the device and nothing else has no real-time level.
constexpr int kLevels[] = {1, 2, 3, 3, 0};
constexpr int kControlLevel = 4;

struct Watched {
  Kind kind;
  std::jthread thread;
  clockid_t clock{};
  std::int64_t cpu_before_ns = 0;
  std::int64_t cpu_ns = 0;
  Switches switches;

  std::int64_t cpu_now_ns() const {
    timespec now{};
    clock_gettime(clock, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }
};

class Machine {
 public:
  explicit Machine(const TwinSetting& setting) : setting_(setting), twin_(setting) {
    if (cpus_.size() < 2)
      throw std::runtime_error("the twin needs two CPUs: one for the device, one for the threads");
  }

  TwinRun run(const TwinOptions& options);

 private:
  std::vector<int> shared() const { return {cpus_.begin(), cpus_.end() - 1}; }

  template <typename Body>
  void start(Kind kind, Body body);
  void start_kernel();
  TwinCounts counts(const AwakeCpus* awake) const;
  TwinRates rates(const TwinCounts& of) const;
  void measure(TwinRun& run, const TwinOptions& options, const AwakeCpus* awake, TwinSlices& slices);
  void finish();
  void sum_threads(TwinRun& run, const TwinOptions& options) const;
  void sum_latencies(TwinRun& run) const;

  std::string failure() {
    const std::lock_guard lock(failure_lock_);
    return failure_;
  }

  const TwinSetting& setting_;
  TwinMechanism twin_;
  std::vector<int> cpus_ = usable_cpus();
  std::deque<Watched> threads_;
  std::atomic<int> started_ = 0;
  std::atomic<bool> realtime_ = true;
  std::atomic<bool> urgent_ = true;
  std::mutex failure_lock_;
  std::string failure_;
};

template <typename Body>
void Machine::start(Kind kind, Body body) {
  Watched& self = threads_.emplace_back();
  self.kind = kind;
  self.thread = std::jthread([this, &self, kind, body] {
    // Interrupts have a CPU of their own, the first.
    if (kind == device)
      pin_to_cpus({cpus_.back()});
    else if (kind == completion || kind == network)
      pin_to_cpus({cpus_.front()});
    else
      pin_to_cpus(shared());
    if (kind == device) {
      if (!become_urgent()) urgent_ = false;
    } else if (!become_realtime(kLevels[kind])) {
      realtime_ = false;
    }
    ++started_;
    try {
      body();
    } catch (const std::exception& error) {
      const std::lock_guard lock(failure_lock_);
      failure_ = error.what();
    }
    self.switches = switches_of_this_thread();
  });
  pthread_getcpuclockid(self.thread.native_handle(), &self.clock);
}

// All but the time.
TwinCounts Machine::counts(const AwakeCpus* awake) const {
  return {.left_over_ns = awake != nullptr ? awake->left_over_ns() : 0,
          .records = static_cast<double>(twin_.ready),
          .in_flight_ns = static_cast<double>(twin_.in_flight_ns),
          .interrupts = static_cast<double>(twin_.device.interrupts),
          .engines_ns = static_cast<double>(twin_.device.busy_ns)};
}

TwinRates Machine::rates(const TwinCounts& of) const {
  const double records = std::max(of.records, 1.0);
  const double ns = std::max(of.ns, 1.0);
  return {.records_per_second = of.records / ns * 1e9,
          .cpu_us_per_record =
              (ns * static_cast<double>(cpus_.size() - 1) - of.left_over_ns) / 1e3 / records,
          .in_flight_mean = of.in_flight_ns / ns,
          .interrupts_per_record = of.interrupts / records,
          .device_utilization = of.engines_ns / ns / static_cast<double>(setting_.device_engines)};
}

void Machine::measure(TwinRun& run, const TwinOptions& options, const AwakeCpus* awake, TwinSlices& slices) {
  const auto pass = [](double ms) {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
  };
  pass(options.warmup_ms);
  const auto stolen = stolen_seconds();
  const std::int64_t away = twin_.device.away_ns;
  for (Watched& thread : threads_) thread.cpu_before_ns = thread.cpu_now_ns();
  TwinCounts before = counts(awake);
  before.ns = static_cast<double>(clock_ns());
  twin_.count(true);
  slices.count(true);
  pass(options.measured_ms);
  slices.count(false);
  twin_.count(false);
  TwinCounts after = counts(awake);
  after.ns = static_cast<double>(clock_ns());
  for (Watched& thread : threads_) thread.cpu_ns = thread.cpu_now_ns() - thread.cpu_before_ns;
  const TwinCounts all = after - before;
  run.plain = rates(all);
  run.seconds = all.ns / 1e9;
  run.records = static_cast<std::int64_t>(all.records);
  run.device_away_percent = 100 * static_cast<double>(twin_.device.away_ns - away) / all.ns;
  run.stolen_percent = stolen ? 100 * (*stolen_seconds() - *stolen) / run.seconds / static_cast<double>(cpus_.size())
                              : std::numeric_limits<double>::quiet_NaN();
}

// Applications stop first, so that what is under way comes to its end.
void Machine::finish() {
  twin_.stop_sending();
  const std::int64_t give_up_ns = clock_ns() + static_cast<std::int64_t>(kEndMs * 1e6);
  bool complete = false;
  while (!complete && clock_ns() < give_up_ns && failure().empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    complete = twin_.all_acknowledged();
  }
  twin_.end(complete);
}

// All but the applications, and but the device, which leaves little of its CPU to whoever starts threads.
void Machine::start_kernel() {
  start(completion, [this] { twin_.completion_interrupt(); });
  start(network, [this] { twin_.network_interrupt(); });
  for (std::size_t i = 0; i < static_cast<std::size_t>(setting_.workers); ++i)
    start(worker, [this, i] { twin_.worker(i); });
  while (started_ < static_cast<int>(threads_.size())) std::this_thread::yield();
}

TwinRun Machine::run(const TwinOptions& options) {
  rounds_per_ns();
  TwinRun run;
  run.load = load_of_last_minute();
  const UrgentSession urgent_session;
  const StayOn device_cpu(cpus_.back());
  start_kernel();
  std::optional<AwakeCpus> awake;
  TwinSlices slices([&] { return counts(awake ? &*awake : nullptr); });
  Sleeper go;
  std::jthread control([&] {
    pin_to_cpus({cpus_.front()});
    become_realtime(kControlLevel);
    go.sleep();
    for (std::size_t i = 0; i < twin_.sessions.size(); ++i) start(application, [this, i] { twin_.application(i); });
    measure(run, options, awake ? &*awake : nullptr, slices);
    finish();
  });
  if (options.keep_awake) awake.emplace(shared());
  start(device, [this, &slices] { twin_.poll(slices); });
  go.wake();
  control.join();
  for (Watched& thread : threads_) thread.thread.join();
  if (!failure_.empty()) throw std::runtime_error(failure_);
  twin_.check();
  run.realtime = realtime_;
  run.urgent = urgent_;
  run.interrupt_us_mean = twin_.device.completions.latency_ns() / 1e3;
  run.slices = slices.slices();
  run.slices_undisturbed = slices.undisturbed();
  run.undisturbed = rates(slices.undisturbed_counts());
  sum_threads(run, options);
  sum_latencies(run);
  return run;
}

void Machine::sum_threads(TwinRun& run, const TwinOptions& options) const {
  const auto records = static_cast<double>(std::max<std::int64_t>(run.records, 1));
  const auto all_records = static_cast<double>(std::max<std::int64_t>(twin_.written, 1));
  for (const char* const kind : kKinds) run.threads.push_back({.kind = kind});
  for (const Watched& thread : threads_) {
    TwinThreads& kind = run.threads[static_cast<std::size_t>(thread.kind)];
    ++kind.threads;
    kind.cpu_us += static_cast<double>(thread.cpu_ns) / 1e3 / records;
    kind.voluntary += static_cast<double>(thread.switches.voluntary) / all_records;
    kind.involuntary += static_cast<double>(thread.switches.involuntary) / all_records;
  }
  double cpu_us = 0;
  for (const TwinThreads& kind : run.threads) {
    if (kind.kind == kKinds[device]) continue;
    cpu_us += kind.cpu_us;
    run.switches_per_record += kind.voluntary + kind.involuntary;
  }
  if (!options.keep_awake) run.plain.cpu_us_per_record = run.undisturbed.cpu_us_per_record = cpu_us;
}

void Machine::sum_latencies(TwinRun& run) const {
  LatencyHistogram latencies;
  double latency_us = 0;
  for (const TwinSession& so : twin_.sessions) {
    if (so.latencies.count() == 0) continue;
    latencies.add(so.latencies.counts());
    latency_us += so.latencies.mean_us() * static_cast<double>(so.latencies.count());
  }
  run.latency_us_mean = latency_us / static_cast<double>(std::max<std::uint64_t>(latencies.count(), 1));
  run.latency_us_p50 = latencies.quantile_us(0.5);
  run.latency_us_p99 = latencies.quantile_us(0.99);
}

}  // namespace

int twin_cpus() { return static_cast<int>(usable_cpus().size()) - 1; }

TwinRun run_twin(const TwinSetting& setting, const TwinOptions& options) {
  return Machine(setting).run(options);
}

}  // namespace ktlssim
