#include "tests/support/ideal_scenario.hpp"

#include <algorithm>

namespace ktlssim {

namespace {

// Defaults where there are any, and the cheapest value allowed where there are none.
class Idealizer final : public ParameterVisitor {
 public:
  void integer(std::string_view, std::int64_t& field, Range<std::int64_t> range, std::string_view) override {
    field = range.fallback;
  }
  void number(std::string_view, double& field, Range<double> range, std::string_view) override {
    field = range.fallback;
  }
  void flag(std::string_view, bool& field, bool fallback, std::string_view) override { field = fallback; }
  void text(std::string_view, std::string& field, std::string_view fallback, std::string_view) override {
    field = fallback;
  }
  void quantity(std::string_view, Quantity& field, CostRange range, std::string_view) override {
    field = q(std::clamp(0.0, range.min, range.max));
  }
  void choice_index(std::string_view, int& index, std::span<const std::string_view>, int fallback,
                    std::string_view) override {
    index = fallback;
  }
  void begin_group(std::string_view, std::string_view) override {}
  bool begin_optional_group(std::string_view, bool& present, std::string_view) override { return present; }
  void end_group() override {}
};

}  // namespace

Quantity q(double value) { return Quantity(value, Provenance{"test", Confidence::scenario, ""}); }

Scenario ideal_scenario() {
  Scenario scenario{};
  scenario.driver.kind = DriverKind::aesni;
  for (AlgorithmCost& cost : scenario.driver.ciphers) cost.supported = true;

  Idealizer idealizer;
  describe(idealizer, scenario);
  describe(idealizer, scenario.host);
  describe(idealizer, scenario.driver);

  scenario.name = "ideal";
  scenario.host.name = "ideal";
  scenario.driver.name = "ideal";
  scenario.host.cpus = q(1);
  scenario.host.numa_domains = q(1);
  scenario.host.threads_per_core = q(1);
  scenario.host.smt_speed = q(1);
  SchedulerCosts& scheduler = scenario.host.scheduler;
  scheduler.slice_ns = q(1e8);
  scheduler.preempt_thresh = q(80);  // PRI_MIN_KERN
  scheduler.pri_ithread_net = q(8);
  scheduler.pri_swi_net = q(28);
  scheduler.pri_kthread = q(84);
  scheduler.pri_socket_sleep = q(104);
  scheduler.pri_user = q(120);
  scheduler.pri_max_interact = q(152);
  return scenario;
}

namespace {

Scenario with_device(DriverKind kind) {
  Scenario s = ideal_scenario();
  s.driver.kind = kind;
  s.driver.has_device = true;
  s.driver.device.law = ServiceLaw::constant;
  s.driver.device.engines = q(1);
  for (Quantity* const cost :
       {&s.driver.device.latency_submit_ns, &s.driver.device.latency_complete_ns, &s.driver.device.process_ns,
        &s.driver.device.ring_ns, &s.driver.device.response_ns})
    *cost = q(0);
  s.workload.flow_ids = FlowIds::sequential;
  s.workload.start_spread_us = 0;
  s.network.rx_holdoff_us = 0;
  return s;
}

}  // namespace

Scenario ideal_ccr() {
  Scenario s = with_device(DriverKind::ccr);
  s.driver.has_ccr = true;
  s.driver.ccr.ports = q(1);
  s.driver.ccr.ring_descriptors = q(1024);
  s.driver.ccr.descriptors_per_request = q(6);
  s.driver.ccr.egress_update_descriptors = q(32);
  s.driver.ccr.event_holdoff_ns = q(0);
  s.driver.ccr.drain_ns = q(0);
  return s;
}

Scenario ideal_qat_ocf() {
  Scenario s = with_device(DriverKind::qat_ocf);
  s.driver.has_qat_ocf = true;
  s.driver.qat_ocf.instances = q(1);
  s.driver.qat_ocf.ring_entries = q(512);
  s.driver.qat_ocf.cookies = q(1026);
  s.driver.qat_ocf.coalescing_ns = q(0);
  s.driver.qat_ocf.retry_frame_bytes = q(600);
  s.driver.qat_ocf.kernel_stack_bytes = q(12000);
  return s;
}

Scenario ideal_qat() {
  Scenario s = with_device(DriverKind::qat);
  s.driver.has_qat = true;
  s.driver.qat.banks = q(16);
  s.driver.qat.in_flight_per_bank = q(255);
  s.driver.qat.coalescing_ns = q(0);
  return s;
}

}  // namespace ktlssim
