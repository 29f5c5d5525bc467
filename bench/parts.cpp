// What the parts of the simulator cost by themselves: the calendar, a switch between contexts, a queue
// between two threads, and a record on each path.
#include <benchmark/benchmark.h>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/engine/executive.hpp"
#include "sim/engine/fiber_engine.hpp"
#include "sim/engine/simgrid_library.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/kernel/sched_ule.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

// Takes out the next event and puts in another, among `range(0)` events.
void hold_in_the_calendar(benchmark::State& state) {
  struct Nothing {
    void happens(std::uint64_t) {}
  } nothing;
  Calendar calendar;
  boost::random::mt19937_64 random{1};
  boost::random::uniform_int_distribution<std::int64_t> delay_ns(0, 5000);
  std::vector<Time> delays(4096);
  for (Time& delay : delays) delay = Time{delay_ns(random)};
  for (std::int64_t i = 0; i < state.range(0); ++i)
    calendar.call_at<&Nothing::happens>(delays[static_cast<std::size_t>(i) % delays.size()], Rank::hardware,
                                        &nothing);
  std::size_t i = 0;
  for (auto _ : state) {
    const Event event = calendar.pop();
    calendar.call_at<&Nothing::happens>(event.time + delays[i++ % delays.size()], Rank::hardware, &nothing);
  }
}
BENCHMARK(hold_in_the_calendar)->Arg(4)->Arg(64)->Arg(4096);

// Runs `body` as the main context of an engine.
void on_engine(Engine& engine, const std::function<void()>& body) { engine.run(2, body); }

// To another context and back.
void switch_and_return(benchmark::State& state, Engine& engine) {
  on_engine(engine, [&] {
    bool over = false;
    Context& other = engine.create("other", 1, [&]() -> Context& {
      while (!over) engine.switch_to(engine.main(), kNoTime);
      return engine.main();
    });
    for (auto _ : state) engine.switch_to(other, kNoTime);
    over = true;
    engine.switch_to(other, kNoTime);
  });
}
void switch_fibers(benchmark::State& state) { switch_and_return(state, *make_fiber_engine()); }
BENCHMARK(switch_fibers);
// SimGrid's engine is one per process: measured once, with a fixed number of iterations.
void switch_actors(benchmark::State& state) { switch_and_return(state, *make_simgrid_engine()); }
BENCHMARK(switch_actors)->Iterations(200'000);

// A thread wakes another on the other CPU, which works for a microsecond and wakes it in turn.
void hand_over_a_queue(benchmark::State& state) {
  const HostProfile host = load_host_profile("ideal");
  const KernelProfile kernel = load_kernel_profile("freebsd-14");
  const std::unique_ptr<Engine> engine = make_fiber_engine();
  on_engine(*engine, [&] {
    Executive executive(*engine);
    Scheduler scheduler(executive, host, kernel.scheduler);
    std::vector<Thread*> threads;
    for (int i = 0; i < 2; ++i)
      threads.push_back(&scheduler.create("thread", ThreadClass::ktls, i, [&, i] {
        for (;;) {
          scheduler.charge(Function::application, Time{1000});
          scheduler.make_runnable(*threads[static_cast<std::size_t>(1 - i)]);
          scheduler.sleep("-");
        }
      }));
    scheduler.make_runnable(*threads.front());
    Time horizon{0};
    for (auto _ : state) executive.run_until(horizon += Time{1000});
    executive.stop();
  });
}
BENCHMARK(hand_over_a_queue);

// Everything that a record costs, on the fiber engine; `range(0)` is the simulated time in ms.
void record(benchmark::State& state, const std::string& scenario, const std::vector<std::string>& sets) {
  const Scenario read = load_scenario(std::filesystem::path(KTLSSIM_ROOT) / scenario, sets);
  std::uint64_t records = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const RunResult result = simulate(read, EngineKind::fiber, 0);
    records += result.records_simulated;
    events += result.events;
  }
  const auto count = static_cast<double>(records);
  state.counters["time_per_record"] =
      benchmark::Counter(count, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events_per_record"] = static_cast<double>(events) / count;
}
#define RECORD(name, ...) BENCHMARK_CAPTURE(record, name, __VA_ARGS__)->Unit(benchmark::kMillisecond)
RECORD(closed, "bench/closed.json", {"/measure/duration_ms=100"});
RECORD(ccr_async, "scenarios/ccr-tls12-gcm128.json", {"/measure/duration_ms=20"});
RECORD(ccr_blocking, "scenarios/ccr-tls12-gcm128.json",
       {"/measure/duration_ms=20", "/ktls/dispatch=blocking"});
RECORD(qat_async, "scenarios/qat-loopback.json", {});
RECORD(qat_blocking, "scenarios/qat-loopback.json", {"/ktls/dispatch=blocking"});
RECORD(aesni, "scenarios/aesni-loopback.json", {});

}  // namespace

}  // namespace ktlssim

BENCHMARK_MAIN();
