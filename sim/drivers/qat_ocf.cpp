#include "sim/drivers/qat_ocf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "sim/drivers/device.hpp"
#include "sim/drivers/interrupt_queue.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

struct Instance {
  Mutex cookie_pool_mtx;
  Mutex cy_instance_mtx;
  std::int64_t in_flight = 0;  // cookies, and entries of the ring
  std::int64_t in_flight_max = 0;
  std::unique_ptr<InterruptQueue> interrupt;
};

class QatOcf final : public Driver, public DeviceOwner, public CompletionHandler {
 public:
  QatOcf(Kernel& kernel, const DriverProfile& profile, int unit)
      : Driver(kernel, profile, unit), costs_(profile.qat_ocf), device_(kernel, profile, unit, *this) {
    for (int i = 0; i < static_cast<int>(costs_.instances.count()); ++i)
      instances_.emplace_back().interrupt =
          std::make_unique<InterruptQueue>(kernel, fmt::format("irq qat{}:i{}", unit, i),
                                           kernel.vectors.bound_to(i % kernel.sched.cpus()), costs_.coalescing_ns.ns(), *this);
  }

  // The instance of the CPU that opens the session; connections are taken to be opened on all CPUs in turn.
  void newsession(CryptoSession& ses) override {
    const auto cpu = static_cast<int>(sessions_ % kernel_.sched.cpus());
    ses.port = cpu % static_cast<int>(instances_.size());
    Driver::newsession(ses);
  }

  // qat_ocf_process
  Errno process(Cryptop& crp) override {
  const Frame frame(kernel_.sched, "qat_ocf_process");
    crp.ring = crp.ses->port;
    Instance& instance = instance_of(crp);
    kernel_.mtx_lock(instance.cookie_pool_mtx, kernel_.locks.ring);
    const bool no_cookie = instance.in_flight >= costs_.cookies.count();
    if (!no_cookie) ++instance.in_flight;
    kernel_.mtx_unlock(instance.cookie_pool_mtx);
    if (!no_cookie) {
      kernel_.charge(Function::crypto_process, profile_.device.process_ns.ns());
      kernel_.mtx_lock(instance.cy_instance_mtx, kernel_.locks.driver_session);
      kernel_.charge(Function::driver_ring, profile_.device.ring_ns.ns());
      const bool full = instance.in_flight > costs_.ring_entries.count();
      if (!full) {
        instance.in_flight_max = std::max(instance.in_flight_max, instance.in_flight);
        kernel_.recorder.filled("qat_ocf requests", static_cast<std::size_t>(unit_), 1, kernel_.now());
        device_.submit(crp);
      } else {
        --instance.in_flight;
      }
      kernel_.mtx_unlock(instance.cy_instance_mtx);
      if (!full) return Errno::ok;
    }
    crp.crp_etype = Errno::eagain;
    crypto_done(kernel_, crp);
    return Errno::ok;
  }

  void completed(Cryptop& crp) override { instance_of(crp).interrupt->post({0, &crp, 0, 0}); }

  // adf_msix_isr_bundle: one response.
  void handle(const Completion& completion) override {
  const Frame frame(kernel_.sched, "adf_msix_isr_bundle");
    auto& crp = *static_cast<Cryptop*>(completion.object);
    kernel_.charge(Function::driver_response, profile_.device.response_ns.ns());
    --instance_of(crp).in_flight;
    kernel_.recorder.filled("qat_ocf requests", static_cast<std::size_t>(unit_), -1, kernel_.now());
    crypto_done(kernel_, crp);
  }

  std::vector<Resource> resources(std::int64_t records) const override { return device_.resources(records); }

  std::vector<std::pair<std::string, std::int64_t>> counters() const override {
    std::int64_t deepest = 0;
    for (const Instance& instance : instances_) deepest = std::max(deepest, instance.in_flight_max);
    return {{fmt::format("ktlssim.qat_ocf.{}.instance_in_flight_max", unit_), deepest}};
  }

 private:
  Instance& instance_of(const Cryptop& crp) { return instances_[static_cast<std::size_t>(crp.ring)]; }

  const QatOcfCosts& costs_;
  Device device_;
  std::deque<Instance> instances_;
};

}  // namespace

std::unique_ptr<Driver> make_qat_ocf(Kernel& k, const DriverProfile& profile, int unit) {
  return std::make_unique<QatOcf>(k, profile, unit);
}

}  // namespace ktlssim
