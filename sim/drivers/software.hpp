// aesni(4), ossl(4) and cryptosoft(4): the caller's CPU encrypts, inline; cryptosoft under the session's
// mutex.
#pragma once

#include <memory>

#include "sim/kernel/cryptodev.hpp"

namespace ktlssim {

// The unit is its number among the drivers of its kind.
std::unique_ptr<Driver> make_software(Kernel& k, const DriverProfile& profile, int unit);

}  // namespace ktlssim
