#include "models/driver_profile.hpp"

#include "models/readers.hpp"

namespace ktlssim {

namespace {


void describe(ParameterVisitor& v, AlgorithmCost& c) {
  v.quantity("request_ns", c.request_ns, kStep, "per request");
  v.quantity("byte_ns", c.byte_ns, kPerByte, "per byte encrypted or authenticated");
}

void describe(ParameterVisitor& v, DeviceCosts& c) {
  v.optional_quantity("functions", c.functions, {1, 64},
                      "PCI functions, each a device of its own with its driver's unit; 1 if left out");
  v.quantity("engines", c.engines, {1, 4096}, "requests in service at once");
  v.quantity("latency_submit_ns", c.latency_submit_ns, kStep, "doorbell until an engine may start: DMA of the descriptor and of the payload's head");
  v.quantity("latency_complete_ns", c.latency_complete_ns, kStep,
             "end of service until the host sees the completion");
  v.choice("law", c.law, kServiceLawNames, ServiceLaw::constant, "how service times vary around their mean");
  v.quantity("pcie_gbps", c.pcie_gbps, {0, 1e5},
             "data that the card reads over its PCIe link, ccr what its ports send too; 0 = no limit");
  v.quantity("process_ns", c.process_ns, kStep, "CPU in process(): gather lists, work request");
  v.quantity("ring_ns", c.ring_ns, kStep, "CPU under the ring's lock: descriptors and doorbell");
  v.quantity("response_ns", c.response_ns, kStep,
             "CPU in the interrupt thread per completion, up to crypto_done");
}

void describe(ParameterVisitor& v, CcrCosts& c) {
  v.quantity("ports", c.ports, {1, 4}, "ports in use; a session stays on the one with fewest sessions");
  v.quantity("ring_descriptors", c.ring_descriptors, {128, 65536}, "control queue, 64-byte descriptors");
  v.quantity("descriptors_per_request", c.descriptors_per_request, {1, 32},
             "descriptors of one work request");
  v.quantity("egress_update_descriptors", c.egress_update_descriptors, {1, 65536},
             "descriptors between updates of the status page");
  v.quantity("event_holdoff_ns", c.event_holdoff_ns, kStep, "interrupt hold-off of the firmware event queue");
  v.quantity("drain_ns", c.drain_ns, kStep,
             "CPU to move one work request from the software list to the ring");
}

void describe(ParameterVisitor& v, QatCosts& c) {
  v.quantity("banks", c.banks, {1, 256}, "ring banks; the submitting CPU chooses one");
  v.quantity("in_flight_per_bank", c.in_flight_per_bank, {1, 65536}, "one more and the request fails");
  v.quantity("coalescing_ns", c.coalescing_ns, kStep, "interrupt coalescing timer of a bank");
  v.quantity("estat_read_ns", c.estat_read_ns, kStep,
             "per interrupt: read of the bank's empty status, uncached, over PCIe");
}

void describe(ParameterVisitor& v, QatOcfCosts& c) {
  v.quantity("instances", c.instances, {1, 256}, "a session is bound to one by the CPU that opens it");
  v.quantity("ring_entries", c.ring_entries, {1, 65536}, "requests in flight of an instance; then EAGAIN");
  v.quantity("cookies", c.cookies, {1, 65536}, "request states of an instance; without one EAGAIN");
  v.quantity("coalescing_ns", c.coalescing_ns, kStep, "interrupt coalescing timer of an instance");
  v.quantity("retry_frame_bytes", c.retry_frame_bytes, {1, 16384},
             "kernel stack that one retry from within the callback adds");
  v.quantity("kernel_stack_bytes", c.kernel_stack_bytes, {4096, 1048576},
             "kernel stack left to retries; one more is a panic");
}

}  // namespace

void describe(ParameterVisitor& v, DriverProfile& p) {
  v.text("description", p.description, "", "what driver and device this is");
  v.choice(
      "kind", p.kind, kDriverKindNames, DriverKind::aesni,
      "code path: aesni, ossl = inline on the caller's CPU; cryptosoft = the same under the session's mutex; "
      "nic_tls = none on the host, it sets /ktls/mode to ifnet");
  v.optional_quantity("price_usd", p.price_usd, CostRange{0, 1e9}, "of the card; absent: not known");
  v.read_by(readers::kHardware);
  v.read_by(readers::kPriced);
  v.optional_quantity("watts", p.watts, CostRange{0, 1e6}, "drawn by the card; absent: not known");
  v.read_by(readers::kHardware);
  v.read_by(readers::kDrawn);
  v.begin_group("ciphers", "time per request: CPU for a software driver, one engine for a device");
  for (std::size_t i = 0; i < kAlgorithmCount; ++i) {
    if (!v.begin_optional_group(kAlgorithmNames[i], p.ciphers[i].supported, "present if the driver takes it"))
      continue;
    v.read_by(readers::kAlgorithms[i]);
    describe(v, p.ciphers[i]);
    v.end_group();
  }
  v.end_group();
  if (v.begin_optional_group("device", p.has_device, "the device; absent for a software driver")) {
    v.read_by(readers::kDevice);
    describe(v, p.device);
    v.end_group();
  }
  if (v.begin_optional_group("ccr", p.has_ccr, "for kind ccr")) {
    v.read_by(readers::kCcr);
    describe(v, p.ccr);
    v.end_group();
  }
  if (v.begin_optional_group("qat", p.has_qat, "for kind qat")) {
    v.read_by(readers::kQat);
    describe(v, p.qat);
    v.end_group();
  }
  if (v.begin_optional_group("qat_ocf", p.has_qat_ocf, "for kind qat_ocf")) {
    v.read_by(readers::kQatOcf);
    describe(v, p.qat_ocf);
    v.end_group();
  }
}

}  // namespace ktlssim
