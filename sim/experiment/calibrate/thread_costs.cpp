#include "sim/experiment/calibrate/thread_costs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "sim/experiment/calibrate/burn.hpp"
#include "sim/experiment/calibrate/memory_costs.hpp"
#include "sim/experiment/calibrate/platform.hpp"
#include "sim/experiment/calibrate/thread_benches.hpp"

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
