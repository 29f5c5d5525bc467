// qat(4) of 2021, qat.c: a pair of rings per bank; the bank is chosen by the submitting CPU, per request.
#pragma once

#include <memory>

#include "sim/kernel/cryptodev.hpp"

namespace ktlssim {

// The unit is its number among the drivers of its kind.
std::unique_ptr<Driver> make_qat(Kernel& k, const DriverProfile& profile, int unit);

}  // namespace ktlssim
