#include "sim/experiment/profiles/profile_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/counted.hpp"
#include "sim/experiment/text/json_file.hpp"

namespace ktlssim {

namespace {

class Checker {
 public:
  Checker(const std::string& pointer, const Origins& origins, Problems& problems)
      : pointer_(pointer), origins_(origins), problems_(problems) {}

  void add(std::string_view below, std::string value, std::string message) {
    const std::string at = pointer_ + std::string(below);
    problems_.add(origins_.file(at), at, std::move(value), std::move(message));
  }

  void whole(std::string_view below, const Quantity& quantity) {
    if (std::trunc(quantity.value()) != quantity.value())
      add(below, number_json(quantity.value()).dump(), "expected a whole number, got a fraction");
  }

  void group(std::string_view name, bool present, bool wanted, std::string_view kind) {
    const std::string below = fmt::format("/{}", name);
    if (wanted && !present) add(below, "", fmt::format("missing: a driver of kind {} has this group", kind));
    if (!wanted && present) add(below, "", fmt::format("a driver of kind {} has no such group", kind));
  }

 private:
  const std::string& pointer_;
  const Origins& origins_;
  Problems& problems_;
};

}  // namespace

void check_profile(const HostProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems) {
  Checker checker(pointer, origins, problems);
  checker.whole("/cpus", profile.cpus);
  checker.whole("/numa_domains", profile.numa_domains);
  checker.whole("/threads_per_core", profile.threads_per_core);
  checker.whole("/cpus_per_llc", profile.cpus_per_llc);
  checker.whole("/page_bytes", profile.page_bytes);
  const std::int64_t domains = profile.numa_domains.count();
  if (domains > 0 && profile.cpus.count() % domains != 0)
    checker.add("/numa_domains", number_json(profile.numa_domains.value()).dump(),
                fmt::format("does not divide the host's {}", counted(profile.cpus.count(), "CPU")));
  const SchedulerOverrides& kernel = profile.scheduler_overrides;
  checker.whole("/scheduler/preempt_thresh", kernel.preempt_thresh);
  checker.whole("/scheduler/pri_ithread_net", kernel.pri_ithread_net);
  checker.whole("/scheduler/pri_swi_net", kernel.pri_swi_net);
  checker.whole("/scheduler/pri_kthread", kernel.pri_kthread);
  checker.whole("/scheduler/pri_socket_sleep", kernel.pri_socket_sleep);
  checker.whole("/scheduler/pri_user", kernel.pri_user);
  checker.whole("/scheduler/pri_max_interact", kernel.pri_max_interact);
}

void check_profile(const KernelProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems) {
  Checker checker(pointer, origins, problems);
  const KernelScheduler& s = profile.scheduler;
  checker.whole("/scheduler/pri_ithread_net", s.pri_ithread_net);
  checker.whole("/scheduler/pri_swi_net", s.pri_swi_net);
  checker.whole("/scheduler/pri_max_ithread", s.pri_max_ithread);
  checker.whole("/scheduler/pri_kthread", s.pri_kthread);
  checker.whole("/scheduler/pri_socket_sleep", s.pri_socket_sleep);
  checker.whole("/scheduler/pri_user", s.pri_user);
  checker.whole("/scheduler/pri_min_interact", s.pri_min_interact);
  checker.whole("/scheduler/pri_max_interact", s.pri_max_interact);
  checker.whole("/scheduler/pri_min_batch", s.pri_min_batch);
  checker.whole("/scheduler/pri_max_batch", s.pri_max_batch);
  checker.whole("/scheduler/preempt_thresh", s.preempt_thresh);
  checker.whole("/scheduler/run_queue_width", s.run_queue_width);
  checker.whole("/scheduler/thread_load", s.thread_load);
  checker.whole("/scheduler/affinity_load", s.affinity_load);
  checker.whole("/scheduler/random_load", s.random_load);
  if (s.random_load.value() > s.affinity_load.value())
    checker.add("/scheduler/random_load", number_json(s.random_load.value()).dump(),
                fmt::format("more than affinity_load ({}): no kernel lets chance take a thread from its last CPU",
                            s.affinity_load.value()));
  checker.whole("/scheduler/steal_thresh", s.steal_thresh);
  checker.whole("/network/initcwnd_segments", profile.network.initcwnd_segments);
  checker.whole("/network/abc_l_var", profile.network.abc_l_var);
  checker.whole("/network/sendbuf_inc_bytes", profile.network.sendbuf_inc_bytes);
  checker.whole("/network/maxsockbuf_bytes", profile.network.maxsockbuf_bytes);
  checker.whole("/network/lro_look_entries", profile.network.lro_look_entries);
  checker.whole("/ktls/max_alloc", profile.ktls.max_alloc);
}

void check_profile(const DriverProfile& profile, const std::string& pointer, const Origins& origins,
                   Problems& problems) {
  Checker checker(pointer, origins, problems);
  const std::string_view kind = name(profile.kind);
  checker.group("device", profile.has_device, !profile.sync(), kind);
  checker.group("ccr", profile.has_ccr, profile.kind == DriverKind::ccr, kind);
  checker.group("qat", profile.has_qat, profile.kind == DriverKind::qat, kind);
  checker.group("qat_ocf", profile.has_qat_ocf, profile.kind == DriverKind::qat_ocf, kind);
  const bool any = std::any_of(profile.ciphers.begin(), profile.ciphers.end(),
                               [](const AlgorithmCost& cost) { return cost.supported; });
  if (!any) checker.add("/ciphers", "", "missing: a driver takes at least one cipher");

  if (profile.has_device) {
    checker.whole("/device/engines", profile.device.engines);
    checker.whole("/device/functions", profile.device.functions);
  }
  if (profile.has_ccr) {
    checker.whole("/ccr/ports", profile.ccr.ports);
    checker.whole("/ccr/ring_descriptors", profile.ccr.ring_descriptors);
    checker.whole("/ccr/descriptors_per_request", profile.ccr.descriptors_per_request);
    checker.whole("/ccr/egress_update_descriptors", profile.ccr.egress_update_descriptors);
    if (profile.ccr.descriptors_per_request.value() > profile.ccr.ring_descriptors.value() - 2)
      checker.add(
          "/ccr/descriptors_per_request", number_json(profile.ccr.descriptors_per_request.value()).dump(),
          fmt::format("a request does not fit a ring of {} descriptors, of which the status page takes "
                      "one, and one stays empty",
                      profile.ccr.ring_descriptors.count()));
  }
  if (profile.has_qat) {
    checker.whole("/qat/banks", profile.qat.banks);
    checker.whole("/qat/in_flight_per_bank", profile.qat.in_flight_per_bank);
  }
  if (profile.has_qat_ocf) {
    checker.whole("/qat_ocf/instances", profile.qat_ocf.instances);
    checker.whole("/qat_ocf/ring_entries", profile.qat_ocf.ring_entries);
    checker.whole("/qat_ocf/cookies", profile.qat_ocf.cookies);
  }
}

}  // namespace ktlssim
