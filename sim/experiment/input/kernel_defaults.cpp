#include "sim/experiment/input/kernel_defaults.hpp"

#include <algorithm>

namespace ktlssim {

namespace {

void override_with(const Quantity& of_host, Quantity& of_kernel) {
  if (of_host.provenance() != nullptr) of_kernel = of_host;
}

void apply_host(const SchedulerOverrides& host, KernelScheduler& kernel) {
  override_with(host.slice_ns, kernel.slice_ns);
  override_with(host.preempt_thresh, kernel.preempt_thresh);
  override_with(host.pri_ithread_net, kernel.pri_ithread_net);
  override_with(host.pri_swi_net, kernel.pri_swi_net);
  override_with(host.pri_kthread, kernel.pri_kthread);
  override_with(host.pri_socket_sleep, kernel.pri_socket_sleep);
  override_with(host.pri_user, kernel.pri_user);
  override_with(host.pri_max_interact, kernel.pri_max_interact);
}

// ktls_enable_tx asks the NIC before OpenCrypto, if it may; a disk beside NIC TLS is not simulated.
KtlsMode chosen_mode(const Scenario& s) {
  const bool nic = s.kernel.ktls.ifnet_permitted.value() && s.card_offers_tls() && nic_takes_any(s) &&
                   s.workload.disk_probability == 0;
  return nic ? KtlsMode::ifnet : KtlsMode::software;
}

}  // namespace

bool nic_takes_any(const Scenario& scenario) {
  return std::ranges::any_of(scenario.all_groups(), [&scenario](const SessionGroup& group) {
    return group.software || scenario.nic_takes(group.tls);
  });
}

void apply_kernel(const Json& json, Scenario& scenario) {
  apply_host(scenario.host.scheduler_overrides, scenario.kernel.scheduler);
  const auto left_out = [&json](const char* key) {
    return !json.contains("ktls") || !json.at("ktls").is_object() || !json.at("ktls").contains(key);
  };
  const KernelKtls& kernel = scenario.kernel.ktls;
  KtlsParameters& ktls = scenario.ktls;
  if (left_out("dispatch")) ktls.dispatch = kernel.dispatch.value();
  if (left_out("legacy_callback")) ktls.legacy_callback = kernel.legacy_callback.value();
  if (left_out("sequential_records")) ktls.sequential_records = kernel.sequential_records.value();
  if (left_out("sw_buffer_cache"))
    ktls.sw_buffer_cache = kernel.contig_allocation.value() != ContigAllocation::none;
  if (left_out("max_alloc") && kernel.max_alloc.count() > 0) ktls.max_alloc = kernel.max_alloc.count();
  if (left_out("mode")) ktls.mode = chosen_mode(scenario);
}

}  // namespace ktlssim
