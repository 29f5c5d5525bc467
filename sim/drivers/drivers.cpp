#include "sim/drivers/drivers.hpp"

#include <array>

#include "sim/drivers/ccr.hpp"
#include "sim/drivers/qat.hpp"
#include "sim/drivers/qat_ocf.hpp"
#include "sim/drivers/software.hpp"
#include "sim/kernel/kernel.hpp"

namespace ktlssim {

Drivers::Drivers(Kernel& k, bool network_needs_nic) {
  if (network_needs_nic) nic(k, 0);
  std::array<int, kDriverKindNames.size()> units{};
  for (const DriverProfile* const profile : k.scenario.drivers())
    for (std::int64_t i = 0; i < profile->functions(); ++i)
      attach(k, *profile, units[static_cast<std::size_t>(profile->kind)]++);
}

void Drivers::attach(Kernel& k, const DriverProfile& profile, int unit) {
  switch (profile.kind) {
    case DriverKind::aesni:
    case DriverKind::ossl:
    case DriverKind::cryptosoft:
    case DriverKind::nic_tls:  // takes the sessions, and never a request
      drivers_.push_back(make_software(k, profile, unit));
      break;
    case DriverKind::ccr: {
      const auto card = static_cast<std::size_t>(unit) + (k.scenario.ccr_is_nic() ? 0 : 1);
      drivers_.push_back(make_ccr(k, profile, unit, nic(k, card)));
      break;
    }
    case DriverKind::qat:
      drivers_.push_back(make_qat(k, profile, unit));
      break;
    case DriverKind::qat_ocf:
      drivers_.push_back(make_qat_ocf(k, profile, unit));
      break;
  }
  k.drivers.push_back(drivers_.back().get());
}

Cxgbe& Drivers::nic(Kernel& k, std::size_t unit) {
  const std::int64_t queues =
      k.scenario.network.rx_queues == 0 ? k.scenario.cpus() : k.scenario.network.rx_queues;
  while (nics_.size() <= unit)
    nics_.emplace_back(k, static_cast<int>(nics_.size()), static_cast<int>(queues));
  return nics_[unit];
}

}  // namespace ktlssim
