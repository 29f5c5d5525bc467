// A scenario in memory for tests: every parameter at its default, and a kernel and a CPU that cost nothing.
#pragma once

#include "models/scenario.hpp"

namespace ktlssim {

// A value for a profile, as a test states it.
Quantity q(double value);

// Host: one CPU, every cost zero, FreeBSD's priorities. Driver: aesni, both AES-GCM ciphers at zero cost.
// A test then sets what it is about: `scenario.host.ktls.ktls_enqueue_ns = q(500)`.
Scenario ideal_scenario();

// The ideal scenario with a coprocessor of constant service behind ccr(4), qat(4) or qat_ocf(4), every cost
// zero.
Scenario ideal_ccr();
Scenario ideal_qat();
Scenario ideal_qat_ocf();

}  // namespace ktlssim
