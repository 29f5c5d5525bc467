#include "sim/experiment/twin/twin_scenario.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/tls.hpp"
#include "sim/experiment/twin/interval.hpp"

namespace ktlssim {

namespace {

// Of a send buffer, less than any record: the simulator wants room for the largest framing there is.
constexpr std::int64_t kSlackBytes = 128;

// Lines of memory that the device writes or polls, counted in the code: of a ring its two counters and a
// slot; of an interrupt line its state, twice, and the counter that shows the ring empty.
constexpr int kLinesOfRing = 3;
constexpr int kLinesOfInterrupt = 3;

Json quantity(double value, const std::string& source, std::string_view confidence) {
  return {{"value", number_json(std::max(0.0, value))}, {"source", source}, {"confidence", confidence}};
}

// With the range of what it was measured to be.
Json quantity(const TwinInterval& value, const std::string& source) {
  Json json = quantity(value.value, source, "measured");
  json["low"] = number_json(std::max(0.0, value.low));
  json["high"] = number_json(std::max(0.0, value.high));
  return json;
}

// A sum of costs, each so often: its range is the sum of their ranges.
class Sum {
 public:
  explicit Sum(const ThreadCosts& costs) : costs_(costs) {}
  Sum& add(double times, std::string_view cost) {
    const MeasuredCost& c = costs_[cost];
    const double low = times * (times < 0 ? c.high : c.low);
    const double high = times * (times < 0 ? c.low : c.high);
    sum_ = {sum_.value + times * c.value, sum_.low + low, sum_.high + high};
    return *this;
  }
  Sum& add(double ns) {
    sum_ = {sum_.value + ns, sum_.low + ns, sum_.high + ns};
    return *this;
  }
  Json quantity(const std::string& source) const { return ktlssim::quantity(sum_, source); }

 private:
  const ThreadCosts& costs_;
  TwinInterval sum_;
};

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

Json twin_network(const TwinSetting& s, std::int64_t wire_bytes, double queue_ns) {
  return {{"kind", "nic"},
          {"rate_gbps", 10000},
          {"rtt_us", static_cast<double>(s.rtt_ns) / 1e3},
          {"window_bytes", std::max<std::int64_t>(1460, wire_bytes * s.credit_records * 2)},
          {"ack_bytes", 1},
          {"tso_bytes", 1048576},
          {"rx_queues", 1},
          {"rx_holdoff_us", (static_cast<double>(s.ack_holdoff_ns) + queue_ns) / 1e3}};
}

// All that takes CPU time takes longer by what the system's own interrupts take of it meanwhile.
ThreadCosts beside_the_system(ThreadCosts costs) {
  const double stretch = 1 / (1 - costs["background_share"].value);
  for (MeasuredCost& cost : costs.all) {
    if (cost.name == "ipi_queue_ns" || cost.name == "ipi_flight_ns") continue;  // on no CPU
    cost.value *= stretch;
    cost.low *= stretch;
    cost.high *= stretch;
  }
  return costs;
}

}  // namespace

Json twin_scenario(const TwinSetting& s, const ThreadCosts& measured_costs, int cpus) {
  const ThreadCosts costs = beside_the_system(measured_costs);
  const auto measured = [&costs](std::string_view cost) {
    return Sum(costs).add(1, cost).quantity(fmt::format("ktlssim twin, {}", cost));
  };
  // Work that the setting asks for, and what is around it: looks at the clock, uncontended mutexes.
  // Lines of memory that the device has are counted in its rings and records.
  const auto step_sum = [&costs](std::int64_t work_ns, int clocks, int mutexes, int lines) {
    return Sum(costs)
        .add(static_cast<double>(work_ns), "burn_factor")
        .add(clocks, "clock_read_ns")
        .add(mutexes, "mutex_pair_ns")
        .add(lines, "line_transfer_ns");
  };
  const auto step = [&](std::int64_t work_ns, int clocks, int mutexes, int lines = 0) {
    return step_sum(work_ns, clocks, mutexes, lines)
        .quantity(fmt::format("{} ns of work, {} looks at the clock, {} mutexes, {} lines of the device", work_ns, clocks,
                              mutexes, lines));
  };
  // Until the woken thread is in the run queue, entries that come are served with it, as if the moderation took longer.
  const auto raised = [&costs](std::int64_t holdoff_ns) {
    return Sum(costs)
        .add(static_cast<double>(holdoff_ns))
        .add(1, "ipi_queue_ns")
        .quantity(fmt::format("{} ns of moderation, and ipi_queue_ns", holdoff_ns));
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
                       {"interrupt_exit_ns",
                        step_sum(0, 0, 0, kLinesOfInterrupt)
                            .add(1, "interrupt_exit_ns")
                            .quantity("interrupt_exit_ns, lines of the device")},
                       {"turnstile_ns", measured("turnstile_ns")},
                       {"sleep_ns", measured("sleep_ns")},
                       {"ipi_flight_ns",
                        Sum(costs).add(1, "ipi_flight_ns").add(-1, "ipi_queue_ns").quantity("ktlssim twin, ipi_flight_ns less ipi_queue_ns")},
                       {"ipi_caught_ns", measured("ipi_caught_ns")}};
  decide_who_runs(host["scheduler"]);
  host["application"] = {{"application_ns", step(s.app_ns, 0, 0)},
                         {"sosend_ns", step(0, 0, 1)},
                         {"copyin_ns_per_byte", measured(copy)},
                         {"sbappend_ns", step(0, 0, 1)}};
  host["ktls"] = {{"ktls_enqueue_ns", step(0, 1, 1)},
                  {"ktls_work_thread_ns", step(0, 0, 1)},
                  {"ktls_encrypt_record_ns", step(s.encrypt_ns, 0, 0)},
                  {"state_alloc_ns", measured("state_alloc_ns")},
                  {"state_free_ns", measured("state_free_ns")},
                  {"ktls_ocf_callback_ns", step(0, 0, 1)},
                  {"ktls_encrypt_cb_ns", step(s.callback_ns, 0, 0)}};
  host["tcp"] = {{"tcp_usr_ready_ns", step(0, 1, 1)},
                 {"tcp_output_ns", step(s.ready_ns, 1, 1, kLinesOfRing)},
                 {"tcp_input_ack_ns", step(s.ack_ns, 0, 1, kLinesOfRing)},
                 {"sowwakeup_ns", step(0, 0, 0)}};

  const std::string source = "a parameter of the condition";
  Json cipher{{"request_ns", quantity(static_cast<double>(s.device_request_ns), source, "derived")},
              {"byte_ns", quantity(static_cast<double>(s.device_ps_per_byte) / 1e3, source, "derived")}};
  if (s.device_openssl != 0)
    cipher = {{"request_ns", measured("evp_request_ns")},
              {"byte_ns", Sum(costs)
                              .add(1.0 / kTlsMaxPayloadBytes, "evp_shared_16k_ns")
                              .add(-1.0 / kTlsMaxPayloadBytes, "evp_request_ns")
                              .quantity("evp_shared_16k_ns less evp_request_ns, by byte")}};
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
          {"network", twin_network(s, wire_bytes, costs["ipi_queue_ns"].value)},
          {"measure", {{"warmup_ms", kTwinWarmupMs}, {"duration_ms", kTwinMeasuredMs}}}};
}

}  // namespace ktlssim
