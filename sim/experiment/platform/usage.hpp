// What threads had of the CPUs, as far as the system counts it.
#pragma once

#include <optional>

namespace ktlssim {

// How often the calling thread has given up its CPU, and how often it was taken from it.
struct Switches {
  long voluntary = 0;
  long involuntary = 0;
};
Switches switches_of_this_thread();

// What a hypervisor gave to others, over all CPUs, since the machine started. Nothing where nobody counts: on
// FreeBSD.
std::optional<double> stolen_seconds();

double load_of_last_minute();  // runnable threads, on average; NaN if not known

}  // namespace ktlssim
