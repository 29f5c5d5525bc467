// The drivers there are.
#pragma once

#include <memory>

#include "sim/drivers/driver.hpp"

namespace ktlssim {

std::unique_ptr<Driver> make_software(Kernel& k, const DriverProfile& profile,
                                      int unit);  // aesni.c and others
std::unique_ptr<Driver> make_ccr(Kernel& k, const DriverProfile& profile, int unit,
                                 Cxgbe& nic);                                             // t4_crypto.c
std::unique_ptr<Driver> make_qat(Kernel& k, const DriverProfile& profile, int unit);      // qat.c of 2021
std::unique_ptr<Driver> make_qat_ocf(Kernel& k, const DriverProfile& profile, int unit);  // qat_ocf.c

}  // namespace ktlssim
