#include "sim/machine/simulate.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "models/counted.hpp"
#include "sim/drivers/disk.hpp"
#include "sim/drivers/drivers.hpp"
#include "sim/engine/fiber_engine.hpp"
#include "sim/engine/simgrid_library.hpp"
#include "sim/kernel/kernel.hpp"
#include "sim/machine/collect.hpp"
#include "sim/machine/conservation.hpp"
#include "sim/machine/time_series.hpp"
#include "sim/machine/warmup.hpp"
#include "sim/network/loopback.hpp"
#include "sim/network/nic.hpp"
#include "sim/workload/workload.hpp"

namespace ktlssim {

namespace {

// Unwinds every thread before what they work on goes.
struct StopAtExit {
  Executive& executive;
  ~StopAtExit() { executive.stop(); }
};

std::string stall_diagnosis(const Kernel& k, Time since) {
  return fmt::format("{} outstanding, and nothing is due after {} ns\n{}",
                     counted(k.recorder.records_pending(), "record"), since.count(), k.sched.state_of_threads());
}

bool reads_disk(const Scenario& s) {
  return s.workload.kind == WorkloadKind::sendfile && s.workload.disk_probability > 0;
}

// Of the time series that a run keeps.
constexpr std::size_t kSteps = 100;

// Measures from `warmup` on, with a time series of `series_steps`.
RunResult run_machine(const Scenario& scenario, Engine& engine, std::uint64_t replication, Time warmup,
                      Listener* listener, std::size_t series_steps, Stepping stepping) {
  Executive executive(engine);
  Kernel k(executive, scenario, replication);
  if (stepping == Stepping::single) k.sched.set_stepwise();
  k.window.begin = warmup;
  k.window.end = warmup + from_ms(scenario.measure.duration_ms);
  if (listener != nullptr) listener->begin(k.sched, k.window);
  k.sched.observe(listener);
  k.recorder.stations.listener = listener;
  TimeSeries time_series(k, series_steps);

  const bool nic = scenario.has_application() && scenario.network.kind == NetworkKind::nic;
  Drivers drivers(k, nic);
  std::unique_ptr<Disk> disk;
  if (reads_disk(scenario)) disk = std::make_unique<Disk>(k);
  k.file_pages = disk.get();
  std::unique_ptr<Network> network;
  if (nic)
    network = std::make_unique<Nic>(k, *drivers.nic());
  else if (scenario.has_application())
    network = std::make_unique<Loopback>(k);
  k.network = network.get();
  crypto_init(k);
  ktls_init(k);
  const std::unique_ptr<Workload> workload = make_workload(k);

  const StopAtExit stop{executive};
  executive.run_until(k.window.begin);
  k.sched.reset_accounting();
  k.recorder.reset(k.now());
  k.locks = Locks{};
  k.tcpstat.lost_arrivals = 0;
  for (KtlsWq& wq : k.ktls.wq) wq.occupied.reset(k.now());
  time_series.start();
  while (!time_series.last()) {
    executive.run_until(time_series.next());
    time_series.look();
  }
  const Executive::End end = executive.run_until(k.window.end);
  time_series.look();
  k.sched.account_all();
  if (listener != nullptr) listener->end();
  check_conservation(k);
  RunResult result = collect(k);
  result.series = time_series.take();
  check_bounds(result, k.window.end - k.window.begin);
  result.random = is_random(scenario) || k.sched.has_drawn();
  result.events = executive.events();
  result.switches = executive.switches();
  if (end == Executive::End::calendar_empty && workload->outstanding()) {
    result.status = RunStatus::stalled;
    result.diagnosis = stall_diagnosis(k, executive.last_event());
  }
  for (const Driver* driver : k.drivers) {
    const std::string lost = driver->lost_wakeup();
    if (lost.empty()) continue;
    result.status = RunStatus::stalled;
    result.diagnosis = lost + result.diagnosis;
  }
  return result;
}

// In which the throughput is looked at for the warm-up, and of which MSER-5 makes batches of five.
constexpr std::size_t kWarmupSteps = 1000;

// The same run, on the cheaper engine; its trajectory is the same on both. Nothing where it is too short.
std::optional<Time> settling_time(const Scenario& scenario, std::uint64_t replication) {
  RunResult pilot;
  const std::unique_ptr<Engine> engine = make_fiber_engine();
  engine->run(static_cast<int>(scenario.cpus()), [&] {
    pilot = run_machine(scenario, *engine, replication, kNoTime, nullptr, kWarmupSteps, Stepping::merged);
  });
  std::vector<double> throughput_gbps;
  for (const SeriesStep& step : pilot.series) throughput_gbps.push_back(step.throughput_gbps);
  const std::optional<std::size_t> deleted = mser5(throughput_gbps);
  if (!deleted) return std::nullopt;
  return from_ms(scenario.measure.duration_ms) / static_cast<std::int64_t>(kWarmupSteps) *
         static_cast<std::int64_t>(*deleted);
}

}  // namespace

bool is_random(const Scenario& s) {
  const WorkloadParameters& w = s.workload;
  return (s.flow_ids() == FlowIds::random && w.sessions > 1) || w.start_spread_us > 0 ||
         w.kind == WorkloadKind::poisson || s.faults.probability > 0 || reads_disk(s) ||
         s.faults.vm_wait_probability > 0 || s.network.loss_probability > 0 ||
         s.host.step_law != ServiceLaw::constant || w.rate_gbps > 0 ||
         std::ranges::any_of(s.drivers(), [](const DriverProfile* d) {
           return d->has_device && d->device.law != ServiceLaw::constant;
         });
}

void load_engine(EngineKind kind) {
  if (kind == EngineKind::simgrid) load_simgrid_engine();
}

RunResult simulate(const Scenario& scenario, EngineKind kind, std::uint64_t replication, Listener* listener,
                   Stepping stepping) {
  const auto began = std::chrono::steady_clock::now();
  RunResult result;
  try {
    const bool automatic = scenario.measure.warmup == Warmup::automatic;
    const std::optional<Time> warmup =
        automatic ? settling_time(scenario, replication) : from_ms(scenario.measure.warmup_ms);
    if (!warmup) {
      result.status = RunStatus::too_short;
      result.diagnosis = fmt::format(
          "the throughput settles in the second half of {} ms (MSER-5), or not at all: /measure/duration_ms "
          "is too short",
          scenario.measure.duration_ms);
      return result;
    }
    const std::unique_ptr<Engine> engine =
        kind == EngineKind::simgrid ? make_simgrid_engine() : make_fiber_engine();
    engine->run(static_cast<int>(scenario.cpus()), [&] {
      result = run_machine(scenario, *engine, replication, *warmup, listener, kSteps, stepping);
    });
    if (automatic) result.metrics.push_back({"warmup_ms", "ms", static_cast<double>(warmup->count()) / 1e6});
  } catch (const KernelPanic& panic) {
    result.status = RunStatus::panicked;
    result.diagnosis = panic.what();
  } catch (const ModelError& error) {
    result.status = RunStatus::failed;
    result.diagnosis = error.what();
  }
  result.wall_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  result.peak_memory_kib = usage.ru_maxrss;
  return result;
}

}  // namespace ktlssim
