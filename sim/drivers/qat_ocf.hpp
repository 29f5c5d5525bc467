// qat_ocf(4), qat_ocf.c: a session stays on the instance of the CPU that opened it. An instance without a
// cookie or with a full ring completes the request at once, with EAGAIN.
#pragma once

#include <memory>

#include "sim/kernel/cryptodev.hpp"

namespace ktlssim {

// The unit is its number among the drivers of its kind.
std::unique_ptr<Driver> make_qat_ocf(Kernel& k, const DriverProfile& profile, int unit);

}  // namespace ktlssim
