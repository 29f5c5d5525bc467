#include "sim/experiment/twin/prediction.hpp"

#include <algorithm>
#include <vector>

#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/twin/twin_scenario.hpp"
#include "sim/machine/idle_times.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

constexpr double kWatchedMs = 20;  // of what is measured, for idle times

struct Predicted {
  double records_per_second = 0;
  double cpu_us_per_record = 0;
  double switches_per_record = 0;
  double latency_us_mean = 0;
};

Predicted simulate_twin(const TwinSetting& setting, const ThreadCosts& costs, int cpus, std::string& failure) {
  IdleTimes idle(from_ms(kTwinWarmupMs), from_ms(kTwinWarmupMs + kWatchedMs));
  const Scenario scenario = read_scenario(twin_scenario(setting, costs, cpus), "twin");
  const RunResult result = simulate(scenario, EngineKind::fiber, 0, &idle);
  if (result.status != RunStatus::done) failure = result.diagnosis;
  Predicted predicted;
  double switches_per_second = 0;
  for (const Metric& metric : result.metrics) {
    if (metric.name == "records_per_second") predicted.records_per_second = metric.value;
    if (metric.name == "cpu_us_per_record") predicted.cpu_us_per_record = metric.value;
    if (metric.name == "context_switches_per_second") switches_per_second = metric.value;
    if (metric.name == "latency_ready_us_mean") predicted.latency_us_mean = metric.value;
  }
  // A switch to the thread that keeps a CPU awake is a switch; the simulated CPU falls idle at no cost.
  const double idle_per_record =
      static_cast<double>(idle.count()) / std::max(1.0, predicted.records_per_second * kWatchedMs / 1e3);
  predicted.cpu_us_per_record += idle_per_record * costs["context_switch_ns"].value / 1e3;
  if (predicted.records_per_second > 0)
    predicted.switches_per_record = switches_per_second / predicted.records_per_second;
  return predicted;
}

// The mean, and its range.
TwinInterval over_draws(const std::vector<Predicted>& draws, double Predicted::*figure) {
  std::vector<double> values;
  double sum = 0;
  for (const Predicted& draw : draws) {
    values.push_back(draw.*figure);
    sum += draw.*figure;
  }
  return around(sum / static_cast<double>(draws.size()), interval_of(std::move(values)));
}

}  // namespace

TwinPrediction predict_twin(const TwinSetting& setting, const ThreadCosts& costs, int cpus, std::size_t draws) {
  TwinPrediction prediction;
  std::vector<Predicted> drawn;
  const std::size_t moments = std::min(costs.moments(), draws);
  for (std::size_t i = 0; i < moments && prediction.failure.empty(); ++i) {
    // The middle of each of as many equal parts.
    const std::size_t moment = (2 * i + 1) * costs.moments() / (2 * moments);
    drawn.push_back(simulate_twin(setting, costs.at_moment(moment), cpus, prediction.failure));
    prediction.drawn_records_per_second.push_back(drawn.back().records_per_second);
  }
  if (drawn.empty()) drawn.push_back(simulate_twin(setting, costs, cpus, prediction.failure));
  prediction.records_per_second = over_draws(drawn, &Predicted::records_per_second);
  prediction.cpu_us_per_record = over_draws(drawn, &Predicted::cpu_us_per_record);
  prediction.switches_per_record = over_draws(drawn, &Predicted::switches_per_record);
  prediction.latency_us_mean = over_draws(drawn, &Predicted::latency_us_mean).value;
  return prediction;
}

}  // namespace ktlssim
