// ccr(4), t4_crypto.c: work requests on a port's control queue; completions on the port's first NIC receive
// queue.
#pragma once

#include <memory>

#include "sim/drivers/cxgbe.hpp"
#include "sim/kernel/cryptodev.hpp"

namespace ktlssim {

// The unit is its number among the drivers of its kind.
std::unique_ptr<Driver> make_ccr(Kernel& k, const DriverProfile& profile, int unit, Cxgbe& nic);

}  // namespace ktlssim
