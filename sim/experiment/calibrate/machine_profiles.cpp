#include "sim/experiment/calibrate/machine_profiles.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <stdexcept>

#include "models/counted.hpp"
#include "sim/experiment/profiles/profiles.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/experiment/parameters/effective.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

Json measured(double value, std::string source) {
  return {{"value", number_json(value)}, {"source", std::move(source)}, {"confidence", "measured"}};
}

// A value and the range of its repetitions.
struct Ranged {
  double value;
  double low;
  double high;
};

Json measured(const Ranged& ranged, std::string source) {
  Json json = measured(ranged.value, std::move(source));
  json["low"] = number_json(ranged.low);
  json["high"] = number_json(ranged.high);
  return json;
}

double rounded(double value, double step) { return std::round(value / step) * step; }

// Between the lines through the shortest and through the longest timings.
Ranged range_of(const AlgorithmMeasurement& m, double CostFit::*part, double step) {
  const auto line = [&](double Timing::*ns) {
    std::vector<Timing> timings = m.timings;
    for (Timing& timing : timings) timing.ns = timing.*ns;
    return fit_cost(timings).*part;
  };
  const auto told = [step](double value) { return rounded(std::max(value, 0.0), step); };
  const double value = m.cost.*part;
  if (m.timings.empty()) return {told(value), told(value), told(value)};
  const auto [low, high] = std::minmax({value, line(&Timing::lowest_ns), line(&Timing::highest_ns)});
  return {told(value), told(low), told(high)};
}

}  // namespace

Json driver_profile(const MachineDescription& machine, const std::vector<AlgorithmMeasurement>& algorithms) {
  Json ciphers = Json::object();
  for (const AlgorithmMeasurement& m : algorithms) {
    const std::string source =
        fmt::format("{} on {}, EVP, cold data, 16 B to 16 KiB; the line is within {:.0f} % of every size",
                    machine.openssl, machine.cpu, 100 * m.cost.worst_error);
    ciphers[std::string(name(m.algorithm))] = {
        {"request_ns", measured(range_of(m, &CostFit::request_ns, 0.1), source)},
        {"byte_ns", measured(range_of(m, &CostFit::byte_ns, 1e-4), source)}};
  }
  return {
      {"description", fmt::format("OpenSSL on {}, measured in user mode by ktlssim calibrate.", machine.cpu)},
      {"kind", "ossl"},
      {"ciphers", std::move(ciphers)}};
}

Json host_profile(const MachineDescription& machine, const std::string& base) {
  Json json = profile_json(load_host_profile(base));
  json.erase("name");
  json["description"] =
      fmt::format("{}, {}. Step costs that were not measured are those of {}.", machine.cpu, counted(machine.cpus, "CPU"), base);
  json["cpus"] = measured(machine.cpus, "sched_getaffinity(2)");
  json["threads_per_core"] = measured(machine.threads_per_core, "/sys/devices/system/cpu/cpu0/topology");
  return json;
}

void apply_thread_costs(const ThreadCosts& costs, Json& host) {
  const auto put = [&](const char* pointer, std::initializer_list<std::string_view> plus,
                       std::initializer_list<std::string_view> minus, double step) {
    for (const std::string_view name : plus)
      if (costs.find(name) == nullptr) return;  // takes a second CPU
    const MeasuredCost cost = costs.together(plus, minus);
    host[Json::json_pointer(pointer)] =
        measured({rounded(cost.value, step), rounded(cost.low, step), rounded(cost.high, step)},
                 fmt::format("ktlssim calibrate, user threads of this machine: {}{}", fmt::join(plus, " + "),
                             minus.size() == 0 ? "" : " less its wakeup"));
  };
  put("/scheduler/context_switch_ns", {"turn_ns"}, {"wakeup_ns"}, 1);
  put("/scheduler/wakeup_ns", {"wakeup_ns"}, {}, 1);
  put("/scheduler/cpu_idle_exit_ns", {"ipi_flight_ns", "cpu_idle_exit_ns"}, {}, 1);
  put("/scheduler/interrupt_ns", {"interrupt_ns"}, {}, 1);
  put("/scheduler/interrupt_exit_ns", {"interrupt_exit_ns"}, {}, 1);
  put("/scheduler/turnstile_ns", {"turnstile_ns"}, {}, 1);
  put("/application/copyin_ns_per_byte", {"copy_cold_16k_ns_per_byte"}, {}, 1e-4);
}

double predict_threads(const MachineDescription& machine, const Json& driver, Cipher cipher, int threads) {
  const Json scenario{
      {"name", "encryption"},
      {"host",
       {{"profile", "ideal"}, {"cpus", machine.cpus}, {"threads_per_core", machine.threads_per_core}}},
      {"driver", driver},
      {"ktls", {{"workers", threads}}},
      {"tls", {{"version", "1.2"}, {"cipher", name(cipher)}}},
      {"workload",
       {{"kind", "closed"}, {"sessions", threads}, {"records_in_flight", 2}, {"flow_ids", "sequential"}}},
      {"measure", {{"warmup_ms", 5}, {"duration_ms", 50}}}};
  const RunResult result = simulate(read_scenario(scenario, "calibrate"), EngineKind::fiber, 0);
  if (result.status != RunStatus::done)
    throw std::runtime_error("the prediction failed: " + result.diagnosis);
  return result.metric("records_per_second")->value;
}

}  // namespace ktlssim
