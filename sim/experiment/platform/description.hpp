// What the machine at hand is. Linux tells in files, FreeBSD by sysctl(3); the latter is untried.
#pragma once

#include <string>

namespace ktlssim {

std::string cpu_model();
int threads_per_core();
std::string system_name();  // with its release

}  // namespace ktlssim
