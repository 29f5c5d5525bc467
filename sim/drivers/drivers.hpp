// The drivers of a scenario.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "sim/drivers/cxgbe.hpp"
#include "sim/kernel/cryptodev.hpp"

namespace ktlssim {

// The drivers of a scenario, attached to the kernel, and the NICs: one for the network if it needs one, one
// for each ccr(4), the first of them shared.
class Drivers {
 public:
  Drivers(Kernel& k, bool network_needs_nic);

  // Null if there is none.
  Cxgbe* nic() { return nics_.empty() ? nullptr : &nics_.front(); }

 private:
  void attach(Kernel& k, const DriverProfile& profile, int unit);
  Cxgbe& nic(Kernel& k, std::size_t unit);

  std::deque<Cxgbe> nics_;
  std::vector<std::unique_ptr<Driver>> drivers_;
};

}  // namespace ktlssim
