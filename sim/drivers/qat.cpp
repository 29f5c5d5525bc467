#include "sim/drivers/qat.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/drivers/device.hpp"
#include "sim/drivers/interrupt_queue.hpp"
#include "sim/kernel/frame.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

struct Bank {
  Mutex lock;
  std::int64_t in_flight = 0;
  std::int64_t in_flight_max = 0;
  std::unique_ptr<InterruptQueue> interrupt;
};

class Qat final : public Driver, public DeviceOwner, public CompletionHandler {
 public:
  Qat(Kernel& kernel, const DriverProfile& profile, int unit)
      : Driver(kernel, profile, unit),
        costs_(profile.qat),
        device_(kernel, profile, unit, *this),
        banks_(static_cast<std::size_t>(std::min<std::int64_t>(kernel.sched.cpus(), costs_.banks.count()))) {
    for (std::size_t i = 0; i < banks_.size(); ++i) {
      banks_[i].interrupt =
          std::make_unique<InterruptQueue>(kernel, fmt::format("irq qat{}:b{}", unit, i), kernel.vectors.bound_to(static_cast<int>(i)),
                                           costs_.coalescing_ns.ns(), *this);
      banks_[i].interrupt->rearm_first(costs_.estat_read_ns.ns());  // qat_etr_bank_intr
    }
  }

  // qat_process. A full ring is a failed request: qat_etr_put_msg says ERESTART, which goes into crp_etype
  // and which KTLS takes for an error.
  Errno process(Cryptop& crp) override {
  const Frame frame(kernel_.sched, "qat_process");
    crp.ring = bank_here();
    Bank& bank = banks_[static_cast<std::size_t>(crp.ring)];
    kernel_.mtx_lock(crp.ses->lock, kernel_.locks.driver_session);
    kernel_.charge(Function::crypto_process, profile_.device.process_ns.ns());
    kernel_.mtx_unlock(crp.ses->lock);
    kernel_.mtx_lock(bank.lock, kernel_.locks.ring);
    kernel_.charge(Function::driver_ring, profile_.device.ring_ns.ns());
    const bool full = bank.in_flight >= costs_.in_flight_per_bank.count();
    if (!full) {
      bank.in_flight_max = std::max(bank.in_flight_max, ++bank.in_flight);
      bank_filled(crp, 1);
      device_.submit(crp);
      ++stats_submits_;
    }
    kernel_.mtx_unlock(bank.lock);
    if (!full) return Errno::ok;
    ++stats_ring_full_;
    if (kernel_.scenario.what_if.requeue_when_full) return Errno::erestart;
    crp.crp_etype = Errno::erestart;
    crypto_done(kernel_, crp);
    return Errno::ok;
  }

  std::int64_t in_flight_here() const override {
    return banks_[static_cast<std::size_t>(bank_here())].in_flight;
  }

  void completed(Cryptop& crp) override {
    banks_[static_cast<std::size_t>(crp.ring)].interrupt->post({0, &crp, 0, 0});
  }

  // qat_etr_ap_bank interrupt: one response.
  void handle(const Completion& completion) override {
  const Frame frame(kernel_.sched, "qat_etr_ap_bank_intr");
    auto& crp = *static_cast<Cryptop*>(completion.object);
    kernel_.charge(Function::driver_response, profile_.device.response_ns.ns());
    // qs_session_mtx, for the count of requests: as long as process() of the session has it.
    kernel_.mtx_lock(crp.ses->lock, kernel_.locks.driver_session);
    kernel_.mtx_unlock(crp.ses->lock);
    --banks_[static_cast<std::size_t>(crp.ring)].in_flight;
    bank_filled(crp, -1);
    crypto_unblock(kernel_, *this);
    crypto_done(kernel_, crp);
  }

  std::vector<Resource> resources(std::int64_t records) const override { return device_.resources(records); }

  std::vector<std::pair<std::string, std::int64_t>> counters() const override {
    std::int64_t deepest = 0;
    for (const Bank& bank : banks_) deepest = std::max(deepest, bank.in_flight_max);
    return {{fmt::format("dev.qat.{}.stats.sym_submits", unit_), stats_submits_},
            {fmt::format("dev.qat.{}.stats.ring_full", unit_), stats_ring_full_},
            {fmt::format("dev.qat.{}.stats.bank_in_flight_max", unit_), deepest}};
  }

 private:
  void bank_filled(const Cryptop& crp, std::int64_t requests) {
    kernel_.recorder.filled("qat bank, requests", static_cast<std::size_t>(crp.ring), requests,
                            kernel_.now());
  }

  // The bank of the CPU that submits.
  int bank_here() const {
    const int cpu = kernel_.sched.curthread()->cpu;
    const int banks = static_cast<int>(banks_.size());
    return cpu < banks ? cpu : cpu % banks;
  }

  const QatCosts& costs_;
  Device device_;
  std::vector<Bank> banks_;
  std::int64_t stats_submits_ = 0;
  std::int64_t stats_ring_full_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_qat(Kernel& k, const DriverProfile& profile, int unit) {
  return std::make_unique<Qat>(k, profile, unit);
}

}  // namespace ktlssim
