// qat(4) of 2021, qat.c: a pair of rings per bank; the bank is chosen by the submitting CPU, per request.
#include <fmt/format.h>

#include <deque>
#include <memory>

#include "sim/drivers/device.hpp"
#include "sim/drivers/drivers.hpp"
#include "sim/drivers/interrupt_queue.hpp"
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
  explicit Qat(Kernel& kernel)
      : kernel_(kernel), costs_(kernel.scenario.driver.qat), device_(kernel, "qat", *this) {
    const int cpus = kernel.sched.cpus();
    const int banks = std::min(cpus, static_cast<int>(costs_.banks.count()));
    for (int i = 0; i < banks; ++i)
      banks_.emplace_back().interrupt = std::make_unique<InterruptQueue>(
          kernel, fmt::format("irq qat0:b{}", i), i % cpus, costs_.coalescing_ns.ns(), *this);
  }

  bool sync() const override { return false; }
  void newsession(Socket&) override {}

  // qat_process. A full ring is a failed request: qat_etr_put_msg says ERESTART, which KTLS takes for an
  // error.
  void process(Cryptop& crp) override {
    crp.bank = kernel_.sched.curthread()->cpu % static_cast<int>(banks_.size());
    Bank& bank = banks_[static_cast<std::size_t>(crp.bank)];
    Mutex& session_lock = crp.so->tls.driver_lock;
    kernel_.mtx_lock(session_lock, kernel_.locks.driver_session);
    kernel_.charge(Function::crypto_process, kernel_.scenario.driver.device.process_ns.ns());
    kernel_.mtx_unlock(session_lock);
    kernel_.mtx_lock(bank.lock, kernel_.locks.ring);
    kernel_.charge(Function::driver_ring, kernel_.scenario.driver.device.ring_ns.ns());
    const bool full = bank.in_flight >= costs_.in_flight_per_bank.count();
    if (!full) {
      bank.in_flight_max = std::max(bank.in_flight_max, ++bank.in_flight);
      device_.submit(crp);
      ++stats_gcm_aes_;
    }
    kernel_.mtx_unlock(bank.lock);
    if (!full) return;
    ++stats_ring_full_;
    crp.crp_etype = Errno::erestart;
    crypto_done(kernel_, crp);
  }

  void completed(Cryptop& crp) override {
    banks_[static_cast<std::size_t>(crp.bank)].interrupt->post({0, &crp, 0, 0});
  }

  // qat_etr_ap_bank interrupt: one response.
  void handle(const Completion& completion) override {
    auto& crp = *static_cast<Cryptop*>(completion.object);
    kernel_.charge(Function::driver_response, kernel_.scenario.driver.device.response_ns.ns());
    --banks_[static_cast<std::size_t>(crp.bank)].in_flight;
    crypto_done(kernel_, crp);
  }

  std::vector<Resource> resources(std::int64_t records) const override { return {device_.resource(records)}; }

  std::vector<std::pair<std::string, std::int64_t>> counters() const override {
    std::int64_t deepest = 0;
    for (const Bank& bank : banks_) deepest = std::max(deepest, bank.in_flight_max);
    return {{"dev.qat.0.stats.gcm_aes_submits", stats_gcm_aes_},
            {"dev.qat.0.stats.ring_full", stats_ring_full_},
            {"dev.qat.0.stats.bank_in_flight_max", deepest}};
  }

 private:
  Kernel& kernel_;
  const QatCosts& costs_;
  Device device_;
  std::deque<Bank> banks_;
  std::int64_t stats_gcm_aes_ = 0;
  std::int64_t stats_ring_full_ = 0;
};

}  // namespace

std::unique_ptr<Driver> make_qat(Kernel& k) { return std::make_unique<Qat>(k); }

}  // namespace ktlssim
