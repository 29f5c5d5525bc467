#include "sim/drivers/software.hpp"

#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

class Software final : public Driver {
 public:
  using Driver::Driver;

  Errno process(Cryptop& crp) override {
    CryptoSession& ses = *crp.ses;
    const bool locks = profile_.traits().locks_session;
    if (locks) kernel_.mtx_lock(ses.lock, kernel_.locks.driver_session);
    const Traffic traffic = traffic_here(kernel_, crp);
    kernel_.charge_moving(Function::encryption,
                          profile_.cost(ses.algorithm).time(crp.payload_bytes) +
                              kernel_.numa.costs().remote_ns_per_byte.times(traffic.remote),
                          traffic);
    if (locks) kernel_.mtx_unlock(ses.lock);
    crypto_done(kernel_, crp);
    return Errno::ok;
  }
  std::vector<Resource> resources(std::int64_t) const override { return {}; }
  std::vector<std::pair<std::string, std::int64_t>> counters() const override { return {}; }
};

}  // namespace

std::unique_ptr<Driver> make_software(Kernel& k, const DriverProfile& profile, int unit) {
  return std::make_unique<Software>(k, profile, unit);
}

}  // namespace ktlssim
