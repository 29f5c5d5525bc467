#include "sim/experiment/platform/usage.hpp"

#include <sys/resource.h>

#include <cstdlib>
#include <limits>

#if !defined(__FreeBSD__)
#include <unistd.h>

#include <fstream>
#include <string>
#endif

namespace ktlssim {

Switches switches_of_this_thread() {
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return {};
  return {usage.ru_nvcsw, usage.ru_nivcsw};
}

double load_of_last_minute() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : std::numeric_limits<double>::quiet_NaN();
}

#if defined(__FreeBSD__)

std::optional<double> stolen_seconds() { return std::nullopt; }

#else

// /proc/stat: user nice system idle iowait irq softirq steal, in ticks.
std::optional<double> stolen_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  double ticks = 0;
  file >> word;
  for (int field = 0; field < 8; ++field)
    if (!(file >> ticks)) return std::nullopt;
  return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

#endif

}  // namespace ktlssim
