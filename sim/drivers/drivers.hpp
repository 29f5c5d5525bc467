// The drivers there are.
#pragma once

#include <memory>

#include "sim/drivers/driver.hpp"

namespace ktlssim {

std::unique_ptr<Driver> make_aesni(Kernel& k);  // aesni.c
std::unique_ptr<Driver> make_ccr(Kernel& k);    // t4_crypto.c
std::unique_ptr<Driver> make_qat(Kernel& k);    // qat.c of 2021

}  // namespace ktlssim
