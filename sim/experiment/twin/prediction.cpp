#include "sim/experiment/twin/prediction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <vector>

#include "models/tls.hpp"
#include "sim/experiment/input/scenario_file.hpp"
#include "sim/machine/idle_times.hpp"
#include "sim/machine/simulate.hpp"

namespace ktlssim {

namespace {

constexpr double kWarmupMs = 20;
constexpr double kMeasuredMs = 100;
constexpr double kWatchedMs = 20;  // of them, for idle times

// Of a send buffer, less than any record: the simulator wants room for the largest framing there is.
constexpr std::int64_t kSlackBytes = 128;

// Lines of memory that the device writes or polls, counted in the code: of a ring its two counters and a
// slot; of an interrupt line its state, twice, and the counter that shows the ring empty.
constexpr int kLinesOfRing = 3;
constexpr int kLinesOfInterrupt = 3;

Json quantity(double value, const std::string& source, std::string_view confidence) {
  return {{"value", number_json(std::max(0.0, value))}, {"source", source}, {"confidence", confidence}};
}

// How this system decides who runs: fixed priorities, first in first out, no slices.
void decide_who_runs(Json& scheduler) {
  const std::string source = "SCHED_FIFO: the more urgent thread runs at once, equals in turn, without slices";
  scheduler["slice_ns"] = quantity(1e9, source, "derived");
  scheduler["preempt_thresh"] = quantity(255, source, "derived");
  scheduler["pri_ithread_net"] = quantity(8, source, "derived");
  scheduler["pri_swi_net"] = quantity(8, source, "derived");
  scheduler["pri_kthread"] = quantity(84, source, "derived");
  scheduler["pri_socket_sleep"] = quantity(130, source, "derived");
  scheduler["pri_user"] = quantity(130, source, "derived");
  scheduler["pri_max_interact"] = quantity(130, source, "derived");
}

Json network(const TwinSetting& s, std::int64_t wire_bytes, double flight_ns) {
  return {{"kind", "nic"},
          {"rate_gbps", 10000},
          {"rtt_us", static_cast<double>(s.rtt_ns) / 1e3},
          {"window_bytes", std::max<std::int64_t>(1460, wire_bytes * s.credit_records * 2)},
          {"ack_bytes", 1},
          {"tso_bytes", 1048576},
          {"rx_queues", 1},
          {"rx_holdoff_us", (static_cast<double>(s.ack_holdoff_ns) + flight_ns) / 1e3}};
}

}  // namespace

Json twin_scenario(const TwinSetting& s, const ThreadCosts& costs, int cpus) {
  const auto at = [&costs](std::string_view cost) { return costs[cost].value; };
  const auto measured = [&costs, &at](std::string_view cost) {
    return quantity(at(cost), fmt::format("ktlssim twin, {:.4g} to {:.4g}", costs[cost].low, costs[cost].high),
                    "measured");
  };
  // Work that the setting asks for, and what is around it: looks at the clock, uncontended mutexes.
  // Lines of memory that the device has are counted in its rings and records.
  const auto step = [&at](std::int64_t work_ns, int clocks, int mutexes, int lines = 0, int sleeps = 0) {
    return quantity(
        static_cast<double>(work_ns) * at("burn_factor") + clocks * at("clock_read_ns") +
            mutexes * at("mutex_pair_ns") + lines * at("line_transfer_ns") + sleeps * at("sleep_ns"),
        fmt::format("{} ns of work, {} looks at the clock, {} mutexes, {} lines of the device, {} sleeps",
                    work_ns, clocks, mutexes, lines, sleeps),
        "measured");
  };
  // An interrupt is under way for a while, whether its CPU is busy or idle; entries that come meanwhile are
  // served with it, as if the moderation took longer.
  const auto raised = [&at](std::int64_t holdoff_ns) {
    return quantity(static_cast<double>(holdoff_ns) + at("interrupt_flight_ns"),
                    fmt::format("{} ns of moderation, and interrupt_flight_ns", holdoff_ns), "measured");
  };
  const bool async = s.path == TwinPath::async;
  const std::int64_t wire_bytes = framing(TlsVersion::tls12, Cipher::aes_128_gcm).wire_bytes(s.record_bytes);
  // A device that reads records with a CPU takes their lines away from the CPU that writes the next ones there.
  const char* const copy = s.device_openssl != 0       ? "copy_shared_16k_ns_per_byte"
                           : s.record_bytes > 4096 ? "copy_warm_16k_ns_per_byte"
                                                     : "copy_warm_1k_ns_per_byte";

  Json host{{"profile", "ideal"}, {"cpus", cpus}};
  host["scheduler"] = {{"context_switch_ns", measured("context_switch_ns")},
                       {"wakeup_ns", measured("wakeup_ns")},
                       {"cpu_idle_exit_ns", quantity(0, "kept awake", "derived")},
                       {"interrupt_ns", measured("interrupt_ns")},
                       {"interrupt_exit_ns", step(0, 0, 0, kLinesOfInterrupt, 1)},
                       {"turnstile_ns", measured("turnstile_ns")}};
  decide_who_runs(host["scheduler"]);
  host["application"] = {{"application_ns", step(s.app_ns, 0, 0)},
                         {"sosend_ns", step(0, 0, 1)},
                         {"copyin_ns_per_byte", measured(copy)},
                         {"sbappend_ns", step(0, 0, 1)}};
  // A worker that nothing delays is woken for each record, and sleeps when it has submitted it.
  host["ktls"] = {{"ktls_enqueue_ns", step(0, 1, 1)},
                  {"ktls_work_thread_ns", step(0, 0, 1, 0, async ? 1 : 0)},
                  {"ktls_encrypt_record_ns", step(s.encrypt_ns, 0, 0)},
                  {"state_alloc_ns", measured("state_alloc_ns")},
                  {"state_free_ns", measured("state_free_ns")},
                  {"ktls_ocf_callback_ns", step(0, 0, 1, 0, 1)},
                  {"ktls_encrypt_cb_ns", step(s.callback_ns, 0, 0)}};
  host["tcp"] = {{"tcp_usr_ready_ns", step(0, 1, 1)},
                 {"tcp_output_ns", step(s.ready_ns, 1, 1, kLinesOfRing)},
                 {"tcp_input_ack_ns", step(s.ack_ns, 0, 1, kLinesOfRing)},
                 {"sowwakeup_ns", step(0, 0, 0, 0, 1)}};

  const std::string source = "a parameter of the condition";
  Json cipher{{"request_ns", quantity(static_cast<double>(s.device_request_ns), source, "derived")},
              {"byte_ns", quantity(static_cast<double>(s.device_ps_per_byte) / 1e3, source, "derived")}};
  if (s.device_openssl != 0)
    cipher = {{"request_ns", measured("evp_request_ns")},
              {"byte_ns", quantity((at("evp_shared_16k_ns") - at("evp_request_ns")) / kTlsMaxPayloadBytes,
                                   "evp_shared_16k_ns less evp_request_ns", "measured")}};
  // qat_ocf, because its interrupt is armed again after the drain, as the twin's.
  constexpr double kEnough = 65536;  // more than are ever in flight: the twin's ring does not fill
  Json driver{{"description", "The twin's device."}, {"kind", "qat_ocf"}};
  driver["ciphers"] = {{"aes-128-gcm", cipher}};
  driver["device"] = {
      {"engines", quantity(static_cast<double>(s.device_engines), source, "derived")},
      {"latency_submit_ns", quantity(static_cast<double>(s.device_submit_ns), source, "derived")},
      {"latency_complete_ns", quantity(static_cast<double>(s.device_complete_ns), source, "derived")},
      {"law", "constant"},
      {"pcie_gbps", quantity(0, "no link", "derived")},
      {"process_ns", step(s.process_ns, 0, 1)},
      {"ring_ns", step(0, 1, 1, kLinesOfRing + 1)},
      {"response_ns", step(s.response_ns, 1, 0, kLinesOfRing)}};
  driver["qat_ocf"] = {{"instances", quantity(1, "one interrupt thread", "derived")},
                       {"ring_entries", quantity(static_cast<double>(s.device_ring), source, "derived")},
                       {"cookies", quantity(kEnough, "the twin has none", "derived")},
                       {"coalescing_ns", raised(s.device_coalescing_ns)},
                       {"retry_frame_bytes", quantity(1, "never retries", "derived")},
                       {"kernel_stack_bytes", quantity(kEnough, "never retries", "derived")}};

  return {{"name", fmt::format("twin-{}-{}", s.name, name(s.path))},
          {"description", "What does the simulator say of this setting of the twin?"},
          {"kernel", "freebsd-14"},
          {"host", std::move(host)},
          {"driver", std::move(driver)},
          {"ktls",
           {{"dispatch", async ? "driver" : "blocking"},
            {"workers", s.workers},
            {"maxlen_bytes", s.record_bytes}}},
          {"workload",
           {{"kind", "send"},
            {"sessions", s.sessions},
            {"io", "blocking"},
            {"send_buffer_bytes", wire_bytes * s.credit_records + kSlackBytes},
            {"write_bytes", s.record_bytes},
            {"flow_ids", "sequential"},
            {"start_spread_us", 100}}},
          {"network", network(s, wire_bytes, at("interrupt_flight_ns"))},
          {"measure", {{"warmup_ms", kWarmupMs}, {"duration_ms", kMeasuredMs}}}};
}

namespace {

struct Predicted {
  double records_per_second = 0;
  double cpu_us_per_record = 0;
  double switches_per_record = 0;
  double latency_us_mean = 0;
};

Predicted simulate_twin(const TwinSetting& setting, const ThreadCosts& costs, int cpus, IdleTimes* listener,
                        std::string& failure) {
  const Scenario scenario = read_scenario(twin_scenario(setting, costs, cpus), "twin");
  const RunResult result = simulate(scenario, EngineKind::fiber, 0, listener);
  if (result.status != RunStatus::done) failure = result.diagnosis;
  Predicted predicted;
  double switches_per_second = 0;
  for (const Metric& metric : result.metrics) {
    if (metric.name == "records_per_second") predicted.records_per_second = metric.value;
    if (metric.name == "cpu_us_per_record") predicted.cpu_us_per_record = metric.value;
    if (metric.name == "context_switches_per_second") switches_per_second = metric.value;
    if (metric.name == "latency_ready_us_mean") predicted.latency_us_mean = metric.value;
  }
  if (predicted.records_per_second > 0)
    predicted.switches_per_record = switches_per_second / predicted.records_per_second;
  return predicted;
}

void widen(TwinInterval& interval, double value) {
  interval.low = std::min(interval.low, value);
  interval.high = std::max(interval.high, value);
}

}  // namespace

TwinPrediction predict_twin(const TwinSetting& setting, const ThreadCosts& costs, int cpus,
                            std::size_t draws) {
  TwinPrediction prediction;
  IdleTimes idle(from_ms(kWarmupMs), from_ms(kWarmupMs + kWatchedMs));
  const Predicted middle = simulate_twin(setting, costs, cpus, &idle, prediction.failure);
  // A switch to the thread that keeps a CPU awake is a switch; the simulated CPU falls idle at no cost.
  const double idle_per_record =
      static_cast<double>(idle.count()) / std::max(1.0, middle.records_per_second * kWatchedMs / 1e3);
  const auto cpu_us = [idle_per_record](const Predicted& p, const ThreadCosts& of) {
    return p.cpu_us_per_record + idle_per_record * of["context_switch_ns"].value / 1e3;
  };
  const auto at = [](double value) { return TwinInterval{value, value, value}; };
  prediction.records_per_second = at(middle.records_per_second);
  prediction.cpu_us_per_record = at(cpu_us(middle, costs));
  prediction.switches_per_record = at(middle.switches_per_record);
  prediction.latency_us_mean = middle.latency_us_mean;
  std::mt19937_64 random(1);
  for (std::size_t draw = 0; draw < draws && prediction.failure.empty(); ++draw) {
    ThreadCosts drawn = costs;
    for (MeasuredCost& cost : drawn.all)
      cost.value = std::uniform_real_distribution<double>(cost.low, cost.high)(random);
    const Predicted p = simulate_twin(setting, drawn, cpus, nullptr, prediction.failure);
    prediction.drawn_records_per_second.push_back(p.records_per_second);
    widen(prediction.records_per_second, p.records_per_second);
    widen(prediction.cpu_us_per_record, cpu_us(p, drawn));
    widen(prediction.switches_per_record, p.switches_per_record);
  }
  return prediction;
}

}  // namespace ktlssim
