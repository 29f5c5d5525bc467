#include "tests/support/ideal_scenario.hpp"

#include <algorithm>

namespace ktlssim {

namespace {

const Provenance kTest{"test", Confidence::scenario, ""};

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
  void optional_quantity(std::string_view name, Quantity& field, CostRange, std::string_view) override {
    if (std::find(kStepNames.begin(), kStepNames.end(), name) != kStepNames.end()) field = q(0);
  }
  void fact_index(std::string_view, int& index, std::shared_ptr<const Provenance>& provenance,
                  std::span<const std::string_view>, std::string_view) override {
    index = 0;
    provenance = shared_provenance(kTest);
  }
  void choice_index(std::string_view, int& index, std::span<const std::string_view>, int fallback,
                    std::string_view) override {
    index = fallback;
  }
  void begin_group(std::string_view, std::string_view) override {}
  bool begin_optional_group(std::string_view, bool& present, std::string_view) override { return present; }
  void end_group() override {}
};

// FreeBSD of August 2021.
KernelProfile ideal_kernel() {
  KernelProfile kernel{};
  Idealizer idealizer;
  describe(idealizer, kernel);
  kernel.name = "ideal";
  KernelScheduler& s = kernel.scheduler;
  s.pri_ithread_net = q(8);
  s.pri_swi_net = q(28);
  s.pri_max_ithread = q(47);
  s.pri_kthread = q(84);
  s.pri_socket_sleep = q(104);
  s.pri_user = q(120);
  s.pri_min_interact = q(120);
  s.pri_max_interact = q(152);
  s.pri_min_batch = q(152);
  s.pri_max_batch = q(223);
  s.preempt_thresh = q(80);  // PRI_MIN_KERN
  s.run_queue_width = q(4);
  s.slice_ns = q(1e8);
  s.slice_min_ns = q(2e7);
  s.balance_interval_ns = q(1e9);
  s.interact_thresh = q(30);
  s.thread_load = q(256);
  s.affinity_load = q(64);
  s.random_load = q(32);
  s.affinity_l2_ns = q(2e6);
  s.affinity_llc_ns = q(3e6);
  s.steal_thresh = q(2);
  s.stathz = q(127);
  kernel.network.initcwnd_segments = q(10);
  kernel.network.abc_l_var = q(2);
  kernel.network.sendbuf_inc_bytes = q(8192);
  kernel.network.maxsockbuf_bytes = q(1 << 30);
  kernel.network.lro_look_entries = q(64);
  kernel.ktls.max_alloc = q(128);
  kernel.ktls.sequential_records = Fact<bool>(true, kTest);
  kernel.ktls.sorele_lock = Fact<bool>(true, kTest);
  return kernel;
}

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
  scenario.kernel = ideal_kernel();
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
