#include "sim/experiment/input/kernel_defaults.hpp"

namespace ktlssim {

namespace {

bool says(const Json& json, const std::string& group, const std::string& key) {
  if (!json.is_object() || !json.contains(group)) return false;
  const Json& values = json.at(group);
  return values.is_object() && values.contains(key);
}

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

}  // namespace

void apply_kernel(const Json& json, Scenario& scenario) {
  apply_host(scenario.host.scheduler_overrides, scenario.kernel.scheduler);
  if (!says(json, "ktls", "dispatch")) scenario.ktls.dispatch = scenario.kernel.ktls.dispatch.value();
}

}  // namespace ktlssim
