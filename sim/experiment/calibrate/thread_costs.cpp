#include "sim/experiment/calibrate/thread_costs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/memory_costs.hpp"
#include "sim/experiment/calibrate/remote_benches.hpp"
#include "sim/experiment/calibrate/thread_benches.hpp"
#include "sim/experiment/platform/cpus.hpp"
#include "sim/experiment/platform/urgency.hpp"
#include "sim/experiment/platform/usage.hpp"

namespace ktlssim {

namespace {

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
    {"wakeup_call_ns", "that the polling device is busy with waking a thread"},
    {"ipi_queue_ns", "from that call until a thread stands still that does nothing but call the kernel"},
    {"ipi_flight_ns", "from that call until a thread that computes stands still"},
    {"interrupt_ns", "from then until the woken thread runs, without the switch"},
    {"ipi_caught_ns", "the same where the thread calls the kernel meanwhile, and gives way there"},
    {"interrupt_exit_ns", "from its going to sleep until the other one works, without sleep and switch"},
    {"second_interrupt_ns", "what a second interrupt adds to all that, raised as soon as the first call returns"},
    {"idle_latency_5us_ns", "from the call that wakes it until a thread runs whose CPU slept for 5 us"},
    {"idle_latency_50us_ns", "for 50 us"},
    {"idle_latency_500us_ns", "for 500 us"},
    {"cpu_idle_exit_ns", "what the CPU that slept for 50 us adds to flight, interrupt and switch"},
    {"poll_gap_longest_ns", "between two looks of a polling device at its clock, in 20 ms"},
    {"poll_lost_share", "of its time, in gaps of more than 5 us"},
    {"background_share", "in gaps of 5 to 50 us: what interrupts of the system take of a CPU"},
};

using Samples = std::map<std::string, std::vector<double>>;

void measure_once(Bench& bench, Samples& samples) {
  const auto add = [&samples](const char* name, double value) { samples[name].push_back(value); };
  bench.start(2, [&] {
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
  const Interruption i = interruption(bench, 1, Calls::never);
  const Interruption caught = interruption(bench, 1, Calls::now_and_then);
  add("wakeup_call_ns", i.call_ns);
  add("ipi_queue_ns", interruption(bench, 1, Calls::always).flight_ns);
  add("ipi_flight_ns", i.flight_ns);
  add("interrupt_ns", std::max(0.0, i.enter_ns - a_switch));
  add("ipi_caught_ns", std::max(0.0, caught.enter_ns - a_switch));
  add("interrupt_exit_ns", std::max(0.0, i.leave_ns - a_sleep - a_switch));
  add("second_interrupt_ns", std::max(0.0, interruption(bench, 2, Calls::now_and_then).stand_ns - caught.stand_ns));
  add("line_transfer_ns", line_transfer_ns(bench));
  const SharedRecord shared = shared_record(bench);
  add("copy_shared_16k_ns_per_byte", shared.copy_ns_per_byte);
  add("evp_shared_16k_ns", shared.encrypt_ns);
  const PollGaps gaps = poll_gaps(bench);
  add("poll_gap_longest_ns", gaps.longest_ns);
  add("poll_lost_share", gaps.lost_share);
  add("background_share", gaps.background_share);
  const double asleep = remote_wakeup_ns(bench, 50'000, 100);
  add("idle_latency_5us_ns", remote_wakeup_ns(bench, 5'000, 100));
  add("idle_latency_50us_ns", asleep);
  add("idle_latency_500us_ns", remote_wakeup_ns(bench, 500'000, 20));
  add("cpu_idle_exit_ns", std::max(0.0, asleep - i.flight_ns - i.enter_ns));
}

}  // namespace

MeasuredCost cost_of(std::string name, std::string meaning, std::vector<double> samples) {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const auto at = [&sorted](double part) {
    return sorted[static_cast<std::size_t>(std::lround(part * static_cast<double>(sorted.size() - 1)))];
  };
  return {std::move(name), std::move(meaning), at(0.5), at(0.1), at(0.9), std::move(samples)};
}

const MeasuredCost* ThreadCosts::find(std::string_view name) const {
  const auto found = std::find_if(all.begin(), all.end(), [name](const auto& c) { return c.name == name; });
  return found == all.end() ? nullptr : &*found;
}

const MeasuredCost& ThreadCosts::operator[](std::string_view name) const {
  if (const MeasuredCost* const found = find(name)) return *found;
  throw std::out_of_range("not measured: " + std::string(name));
}

std::size_t ThreadCosts::moments() const {
  std::size_t fewest = all.empty() ? 0 : all.front().samples.size();
  for (const MeasuredCost& cost : all) fewest = std::min(fewest, cost.samples.size());
  return fewest;
}

ThreadCosts ThreadCosts::at_moment(std::size_t moment) const {
  ThreadCosts then = *this;
  for (MeasuredCost& cost : then.all) cost.value = std::clamp(cost.samples.at(moment), cost.low, cost.high);
  return then;
}

MeasuredCost ThreadCosts::together(std::initializer_list<std::string_view> plus,
                                   std::initializer_list<std::string_view> minus) const {
  std::vector<double> sums(moments(), 0);
  const auto add = [&](std::string_view name, double sign) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += sign * (*this)[name].samples[i];
  };
  for (const std::string_view name : plus) add(name, 1);
  for (const std::string_view name : minus) add(name, -1);
  for (double& sum : sums) sum = std::max(0.0, sum);
  return cost_of("", "", std::move(sums));
}

void ThreadCostSampler::sample() {
  rounds_per_ns();
  const UrgentSession urgent_session;
  Bench bench;
  const StayOn device_cpu(bench.device());
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
