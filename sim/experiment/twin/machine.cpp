#include "sim/experiment/twin/machine.hpp"

#include <fmt/format.h>
#include <pthread.h>
#include <time.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/platform.hpp"
#include "sim/experiment/calibrate/thread_costs.hpp"
#include "sim/experiment/twin/device.hpp"
#include "sim/experiment/twin/send_buffer.hpp"
#include "sim/measure/latency_histogram.hpp"

namespace ktlssim {

struct TwinSession {
  explicit TwinSession(const TwinSetting& setting)
      : buffer(setting.credit_records), records(static_cast<std::size_t>(setting.credit_records)) {}

  std::mutex inp_lock;  // of the buffer and what stands below it
  TwinSendBuffer buffer;
  bool app_waits = false;
  LatencyHistogram latencies;  // of records that became ready in the measured time
  Sleeper app;  // "sbwait"
  std::mutex crypto_lock;
  std::mutex driver_lock;
  WorkQueue* wq = nullptr;
  std::vector<TwinRecord> records;  // by number modulo credit
};

namespace {

constexpr std::size_t kStateBytes = 528;  // struct ktls_ocf_state
constexpr double kEndMs = 5000;           // for the records under way when applications stop

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
  explicit Machine(const TwinSetting& setting) : setting_(setting), device_(setting) {
    cpus_ = usable_cpus();
    if (cpus_.size() < 2)
      throw std::runtime_error("the twin needs two CPUs: one for the device, one for the threads");
    for (std::int64_t i = 0; i < setting.workers; ++i) queues_.emplace_back();
    for (std::int64_t i = 0; i < setting.sessions; ++i) {
      TwinSession& so = sessions_.emplace_back(setting);
      so.wq = &queues_[static_cast<std::size_t>(i % setting.workers)];
      for (TwinRecord& record : so.records) {
        record.session = &so;
        record.payload = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(setting.record_bytes));
      }
    }
  }

  TwinRun run(const TwinOptions& options);

 private:
  std::vector<int> shared() const { return {cpus_.begin(), cpus_.end() - 1}; }

  template <typename Body>
  void start(Kind kind, Body body);
  void measure(TwinRun& run, const TwinOptions& options, const AwakeCpus* awake);
  void finish();
  void check() const;

  void application_thread(TwinSession& so);
  void work_thread(WorkQueue& queue, Sleeper& own);
  void submit(TwinRecord& record);
  void completed(TwinRecord& record);
  void ready(TwinRecord& record);
  void acknowledged(const TwinBurst& burst);

  std::uint64_t sum(std::uint64_t (TwinSendBuffer::*count)() const) const {
    std::uint64_t all = 0;
    for (const TwinSession& so : sessions_) all += (so.buffer.*count)();
    return all;
  }
  std::string failure() {
    const std::lock_guard lock(failure_lock_);
    return failure_;
  }

  const TwinSetting& setting_;
  TwinDevice device_;
  std::vector<int> cpus_;
  std::deque<WorkQueue> queues_;
  std::deque<TwinSession> sessions_;
  std::deque<Sleeper> sleepers_;  // the workers', in "ocfktls"
  std::deque<Watched> threads_;
  std::mutex ring_lock_;
  std::mutex wire_lock_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> aborted_ = false;
  std::atomic<bool> counting_ = false;
  std::atomic<int> started_ = 0;
  std::atomic<bool> realtime_ = true;
  std::atomic<bool> urgent_ = true;
  std::atomic<std::int64_t> written_ = 0, submitted_ = 0, handled_ = 0, states_ = 0, references_ = 0;
  std::atomic<std::int64_t> ready_ = 0;
  std::atomic<std::int64_t> in_flight_ns_ = 0;  // of the records handled
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

void Machine::application_thread(TwinSession& so) {
  const std::vector<std::uint8_t> data(static_cast<std::size_t>(setting_.record_bytes), 1);
  while (!stop_) {
    burn_ns(static_cast<double>(setting_.app_ns));
    for (;;) {
      {
        const std::lock_guard lock(so.inp_lock);
        so.app_waits = so.buffer.full();
        if (!so.app_waits) break;
      }
      if (stop_) return;
      so.app.sleep();
    }
    TwinRecord& record = so.records[so.buffer.appended() % so.records.size()];  // only this thread appends
    std::memcpy(record.payload.get(), data.data(), data.size());
    {
      const std::lock_guard lock(so.inp_lock);
      record.seqno = so.buffer.append();
    }
    ++written_;
    record.done = false;
    record.enqueued_ns = clock_ns();
    so.wq->enqueue(record);
  }
}

void Machine::work_thread(WorkQueue& queue, Sleeper& own) {
  while (TwinRecord* next = queue.take()) {
    while (next != nullptr) {
      TwinRecord& record = *next;
      next = record.next;
      if (setting_.path == TwinPath::async) {
        record.state = std::malloc(kStateBytes);
        if (record.state == nullptr) throw std::bad_alloc();
        std::memset(record.state, 0, kStateBytes);
        ++states_;
        ++references_;
        burn_ns(static_cast<double>(setting_.encrypt_ns));
        submit(record);
        continue;
      }
      burn_ns(static_cast<double>(setting_.encrypt_ns));
      record.waiter = &own;
      submit(record);
      for (;;) {
        {
          const std::lock_guard lock(record.session->crypto_lock);
          if (record.done) break;
        }
        if (aborted_) return;
        own.sleep();
      }
      ready(record);
    }
  }
}

// crypto_dispatch and the driver's process().
void Machine::submit(TwinRecord& record) {
  {
    const std::lock_guard lock(record.session->driver_lock);
    burn_ns(static_cast<double>(setting_.process_ns));
  }
  const std::lock_guard lock(ring_lock_);
  ++submitted_;
  record.submitted_ns = clock_ns();
  if (!device_.submit(record)) throw std::logic_error("twin: the submission ring is full");
}

// The driver's response, crypto_done and the callback.
void Machine::completed(TwinRecord& record) {
  burn_ns(static_cast<double>(setting_.response_ns));
  ++handled_;
  in_flight_ns_ += clock_ns() - record.submitted_ns;
  if (setting_.path == TwinPath::blocking) {
    {
      const std::lock_guard lock(record.session->crypto_lock);
      record.done = true;
    }
    record.waiter->wake();
    return;
  }
  burn_ns(static_cast<double>(setting_.callback_ns));
  std::free(record.state);
  --states_;
  ready(record);
  --references_;
}

// pr_ready, and tcp_output if the head of the buffer could go.
void Machine::ready(TwinRecord& record) {
  TwinSession& so = *record.session;
  const std::lock_guard lock(so.inp_lock);
  if (counting_) so.latencies.add(Time{clock_ns() - record.enqueued_ns});
  const std::int64_t released = so.buffer.ready(record.seqno);
  ++ready_;
  if (released == 0) return;
  burn_ns(static_cast<double>(setting_.ready_ns));
  const std::lock_guard wire(wire_lock_);
  if (!device_.transmit({&so, released, clock_ns()})) throw std::logic_error("twin: the wire's ring is full");
}

// tcp_input, sbdrop and sowwakeup.
void Machine::acknowledged(const TwinBurst& burst) {
  TwinSession& so = *burst.session;
  bool wake = false;
  {
    const std::lock_guard lock(so.inp_lock);
    burn_ns(static_cast<double>(setting_.ack_ns));
    so.buffer.acknowledge(burst.records);
    wake = std::exchange(so.app_waits, false);
  }
  if (wake) so.app.wake();
}

void Machine::measure(TwinRun& run, const TwinOptions& options, const AwakeCpus* awake) {
  const auto pass = [](double ms) {
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms));
  };
  pass(options.warmup_ms);
  const auto stolen = stolen_seconds();
  const std::int64_t interrupts = device_.interrupts;
  const std::int64_t busy = device_.busy_ns;
  const std::int64_t away = device_.away_ns;
  const std::int64_t in_flight = in_flight_ns_;
  for (Watched& thread : threads_) thread.cpu_before_ns = thread.cpu_now_ns();
  const double left_over = awake != nullptr ? awake->left_over_ns() : 0;
  const std::int64_t records = ready_;
  const std::int64_t begin = clock_ns();
  counting_ = true;
  pass(options.measured_ms);
  counting_ = false;
  const std::int64_t end = clock_ns();
  run.records = ready_ - records;
  for (Watched& thread : threads_) thread.cpu_ns = thread.cpu_now_ns() - thread.cpu_before_ns;
  const auto ns = static_cast<double>(end - begin);
  const auto per_record = static_cast<double>(std::max<std::int64_t>(run.records, 1));
  if (awake != nullptr)
    run.cpu_us_per_record =
        (ns * static_cast<double>(cpus_.size() - 1) - (awake->left_over_ns() - left_over)) / 1e3 / per_record;
  run.seconds = ns / 1e9;
  run.records_per_second = static_cast<double>(run.records) / run.seconds;
  run.in_flight_mean = static_cast<double>(in_flight_ns_ - in_flight) / ns;
  run.interrupts_per_record = static_cast<double>(device_.interrupts - interrupts) / per_record;
  run.device_utilization =
      static_cast<double>(device_.busy_ns - busy) / ns / static_cast<double>(setting_.device_engines);
  const auto away_ns = static_cast<double>(device_.away_ns - away);
  run.device_away_percent = 100 * away_ns / ns;
  run.records_per_second_had = static_cast<double>(run.records) / (ns - away_ns) * 1e9;
  run.stolen_percent = stolen ? 100 * (*stolen_seconds() - *stolen) / run.seconds / static_cast<double>(cpus_.size())
                              : std::numeric_limits<double>::quiet_NaN();
}

// Applications stop first, so that what is under way comes to its end.
void Machine::finish() {
  stop_ = true;
  const std::int64_t give_up_ns = clock_ns() + static_cast<std::int64_t>(kEndMs * 1e6);
  bool all_there = false;
  while (!all_there && clock_ns() < give_up_ns && failure().empty()) {
    for (TwinSession& so : sessions_) so.app.wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::uint64_t acknowledged = 0;
    for (TwinSession& so : sessions_) {
      const std::lock_guard lock(so.inp_lock);
      acknowledged += so.buffer.acknowledged();
    }
    all_there = static_cast<std::int64_t>(acknowledged) == written_;
  }
  aborted_ = !all_there;
  for (Sleeper& sleeper : sleepers_) sleeper.wake();
  for (WorkQueue& queue : queues_) queue.stop();
  device_.completions.stop();
  device_.acknowledgements.stop();
  device_.stop();
}

void Machine::check() const {
  const auto written = static_cast<std::int64_t>(sum(&TwinSendBuffer::appended));
  const auto law = [](bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error("twin: records are not conserved: " + what);
  };
  law(written == written_, fmt::format("{} written, {} in buffers", written_.load(), written));
  law(submitted_ == written, fmt::format("{} written, {} submitted", written, submitted_.load()));
  law(handled_ == submitted_, fmt::format("{} submitted, {} handled", submitted_.load(), handled_.load()));
  law(ready_ == handled_, fmt::format("{} handled, {} ready", handled_.load(), ready_.load()));
  const auto acknowledged = static_cast<std::int64_t>(sum(&TwinSendBuffer::acknowledged));
  law(acknowledged == written, fmt::format("{} written, {} acknowledged", written, acknowledged));
  law(states_ == 0 && references_ == 0, fmt::format("{} states and {} references left", states_.load(), references_.load()));
}

TwinRun Machine::run(const TwinOptions& options) {
  rounds_per_ns();
  TwinRun run;
  run.load = load_of_last_minute();
  const UrgentSession urgent_session;
  std::optional<AwakeCpus> awake;
  if (options.keep_awake) awake.emplace(shared());
  start(device, [this] { device_.poll(); });
  start(completion, [this] {
    while (device_.completions.serve([this](TwinRecord* record) { completed(*record); })) continue;
  });
  start(network, [this] {
    while (device_.acknowledgements.serve([this](const TwinBurst& burst) { acknowledged(burst); })) continue;
  });
  for (WorkQueue& queue : queues_) {
    Sleeper& own = sleepers_.emplace_back();
    start(worker, [this, &queue, &own] { work_thread(queue, own); });
  }
  while (started_ < static_cast<int>(threads_.size())) std::this_thread::yield();
  std::jthread([&] {
    pin_to_cpus({cpus_.front()});
    become_realtime(kControlLevel);
    for (TwinSession& so : sessions_) start(application, [this, &so] { application_thread(so); });
    measure(run, options, awake ? &*awake : nullptr);
    finish();
  }).join();
  for (Watched& thread : threads_) thread.thread.join();
  if (!failure_.empty()) throw std::runtime_error(failure_);
  check();
  run.realtime = realtime_;
  run.urgent = urgent_;
  const auto records = static_cast<double>(std::max<std::int64_t>(run.records, 1));
  const auto all_records = static_cast<double>(std::max<std::int64_t>(written_, 1));
  for (const char* const kind : kKinds) run.threads.push_back({.kind = kind});
  for (const Watched& thread : threads_) {
    TwinThreads& kind = run.threads[static_cast<std::size_t>(thread.kind)];
    ++kind.threads;
    kind.cpu_us += static_cast<double>(thread.cpu_ns) / 1e3 / records;
    kind.voluntary += static_cast<double>(thread.switches.voluntary) / all_records;
    kind.involuntary += static_cast<double>(thread.switches.involuntary) / all_records;
  }
  for (const TwinThreads& kind : run.threads) {
    if (kind.kind == kKinds[device]) continue;
    if (!options.keep_awake) run.cpu_us_per_record += kind.cpu_us;
    run.switches_per_record += kind.voluntary + kind.involuntary;
  }
  LatencyHistogram latencies;
  double latency_us = 0;
  for (const TwinSession& so : sessions_) {
    latencies.add(so.latencies.counts());
    latency_us += so.latencies.mean_us() * static_cast<double>(so.latencies.count());
  }
  run.latency_us_mean = latency_us / static_cast<double>(std::max<std::uint64_t>(latencies.count(), 1));
  run.latency_us_p50 = latencies.quantile_us(0.5);
  run.latency_us_p99 = latencies.quantile_us(0.99);
  return run;
}

}  // namespace

int twin_cpus() { return static_cast<int>(usable_cpus().size()) - 1; }

TwinRun run_twin(const TwinSetting& setting, const TwinOptions& options) {
  return Machine(setting).run(options);
}

}  // namespace ktlssim
