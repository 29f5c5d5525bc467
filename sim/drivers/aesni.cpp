// aesni(4): the caller's CPU encrypts, inline.
#include "sim/drivers/drivers.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

namespace {

class Aesni final : public Driver {
 public:
  explicit Aesni(Kernel& kernel) : kernel_(kernel) {}

  bool sync() const override { return true; }
  void newsession(Socket&) override {}
  void process(Cryptop& crp) override {
    kernel_.charge(Function::encryption,
                   kernel_.scenario.driver.cost(kernel_.scenario.tls.cipher).time(crp.payload_bytes));
    crypto_done(kernel_, crp);
  }
  std::vector<Resource> resources(std::int64_t) const override { return {}; }
  std::vector<std::pair<std::string, std::int64_t>> counters() const override { return {}; }

 private:
  Kernel& kernel_;
};

}  // namespace

std::unique_ptr<Driver> make_aesni(Kernel& k) { return std::make_unique<Aesni>(k); }

std::unique_ptr<Driver> make_driver(Kernel& k) {
  switch (k.scenario.driver.kind) {
    case DriverKind::aesni:
      return make_aesni(k);
    case DriverKind::ccr:
      return make_ccr(k);
    case DriverKind::qat:
      return make_qat(k);
  }
  throw ModelError("driver of unknown kind");
}

}  // namespace ktlssim
