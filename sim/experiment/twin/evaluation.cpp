#include "sim/experiment/twin/evaluation.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "sim/experiment/platform/description.hpp"
#include "sim/experiment/platform/usage.hpp"

namespace ktlssim {

namespace {

constexpr double kThroughputWithin = 0.10;
constexpr double kCpuWithin = 0.15;
constexpr double kRestPart = 0.2;  // of a run: Linux takes CPUs from real-time threads after 95 %

TwinInterval over_runs(const TwinRow& row, auto figure) {
  std::vector<double> values;
  for (const TwinRun& run : row.runs) values.push_back(figure(run));
  return interval_of(std::move(values));
}

void sum_up(TwinRow& row) {
  row.records_per_second = over_runs(row, [](const TwinRun& r) { return r.rates().records_per_second; });
  row.cpu_us_per_record = over_runs(row, [](const TwinRun& r) { return r.rates().cpu_us_per_record; });
  row.switches_per_record = over_runs(row, [](const TwinRun& r) { return r.switches_per_record; });
  row.plain_records_per_second = over_runs(row, [](const TwinRun& r) { return r.plain.records_per_second; });
  row.plain_cpu_us_per_record = over_runs(row, [](const TwinRun& r) { return r.plain.cpu_us_per_record; });
}

// Rows come in pairs, blocking first.
TwinGain gain_of(const TwinRow& blocking, const TwinRow& async) {
  TwinGain gain{blocking.setting.name, blocking.setting.kept_aside, {}, {}};
  std::vector<double> measured;
  for (std::size_t i = 0; i < std::min(blocking.runs.size(), async.runs.size()); ++i)
    measured.push_back(async.runs[i].rates().records_per_second / blocking.runs[i].rates().records_per_second - 1);
  gain.measured = interval_of(std::move(measured));
  const double middle =
      async.predicted.records_per_second.value / blocking.predicted.records_per_second.value - 1;
  gain.predicted = {middle, middle, middle};
  const auto& a = async.predicted.drawn_records_per_second;
  const auto& b = blocking.predicted.drawn_records_per_second;
  std::vector<double> drawn;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) drawn.push_back(a[i] / b[i] - 1);
  if (!drawn.empty()) gain.predicted = around(middle, interval_of(std::move(drawn)));
  return gain;
}

bool excludes_zero(const TwinInterval& interval) { return interval.low > 0 || interval.high < 0; }

void count_row(TwinScore& score, const TwinRow& row) {
  const double throughput = std::abs(error_of(row.predicted.records_per_second, row.records_per_second));
  const double cpu = std::abs(error_of(row.predicted.cpu_us_per_record, row.cpu_us_per_record));
  ++score.rows;
  score.throughput_within_10 += throughput <= kThroughputWithin ? 1 : 0;
  score.cpu_within_15 += cpu <= kCpuWithin ? 1 : 0;
  score.intervals_meet += meet(row.predicted.records_per_second, row.records_per_second) ? 1 : 0;
  score.worst_throughput = std::max(score.worst_throughput, throughput);
  score.worst_cpu = std::max(score.worst_cpu, cpu);
}

}  // namespace

int TwinRow::slices() const {
  int all = 0;
  for (const TwinRun& run : runs) all += run.slices;
  return all;
}

int TwinRow::slices_undisturbed() const {
  int all = 0;
  for (const TwinRun& run : runs) all += run.slices_undisturbed;
  return all;
}

int TwinRow::runs_with_too_few() const {
  int all = 0;
  for (const TwinRun& run : runs) all += run.enough_slices() ? 0 : 1;
  return all;
}

double error_of(const TwinInterval& predicted, const TwinInterval& measured) {
  return predicted.value / measured.value - 1;
}

bool meet(const TwinInterval& a, const TwinInterval& b) { return a.low <= b.high && b.low <= a.high; }

bool TwinGain::decided() const { return excludes_zero(measured) && excludes_zero(predicted); }
bool TwinGain::same_sign() const { return (measured.value > 0) == (predicted.value > 0); }

TwinScore TwinTable::score(bool kept_aside) const {
  TwinScore score;
  for (const TwinRow& row : rows)
    if (row.setting.kept_aside == kept_aside) count_row(score, row);
  for (const TwinGain& gain : gains) {
    if (gain.kept_aside != kept_aside || !gain.decided()) continue;
    ++score.gains_decided;
    score.gains_of_same_sign += gain.same_sign() ? 1 : 0;
  }
  return score;
}

TwinTable evaluate_twin(const std::vector<TwinSetting>& settings, const TwinPlan& plan,
                        const std::function<void(int, int)>& done) {
  TwinTable table{.machine = describe_machine(),
                  .system = system_name(),
                  .plan = plan,
                  .load_before = load_of_last_minute()};
  if (table.machine.cpus < 2) throw std::runtime_error("the twin needs two CPUs");
  for (const TwinSetting& setting : settings) table.rows.push_back({.setting = setting});
  ThreadCostSampler sampler;
  sampler.sample();
  for (const TwinSetting& setting : settings)  // what cannot be simulated is found before anything runs
    predict_twin(setting, sampler.costs(), twin_cpus(), 0);
  int runs = 0;
  const int all = plan.repeats * static_cast<int>(settings.size());
  const double run_ms = plan.options.warmup_ms + plan.options.measured_ms;
  for (int repeat = 0; repeat < plan.repeats; ++repeat)
    for (TwinRow& row : table.rows) {
      if (runs % plan.runs_per_cost == 0) sampler.sample();
      row.runs.push_back(run_twin(row.setting, plan.options));
      std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(kRestPart * run_ms));
      done(++runs, all);
    }
  sampler.sample();
  table.load_after = load_of_last_minute();
  table.costs = sampler.costs();
  for (TwinRow& row : table.rows) {
    sum_up(row);
    row.predicted = predict_twin(row.setting, table.costs, twin_cpus(), plan.draws);
  }
  for (std::size_t i = 0; i + 1 < table.rows.size(); i += 2)
    table.gains.push_back(gain_of(table.rows[i], table.rows[i + 1]));
  return table;
}

}  // namespace ktlssim
