#include "sim/experiment/platform/description.hpp"

#include <sys/utsname.h>

#if defined(__FreeBSD__)
#include <sys/types.h>

#include <sys/sysctl.h>
#else
#include <algorithm>
#include <fstream>
#endif

namespace ktlssim {

std::string system_name() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "unknown system";
}

#if defined(__FreeBSD__)

std::string cpu_model() {
  char text[256] = {};
  std::size_t size = sizeof text - 1;
  return sysctlbyname("hw.model", text, &size, nullptr, 0) == 0 ? text : "unknown CPU";
}

int threads_per_core() {
  int threads = 1;
  std::size_t size = sizeof threads;
  return sysctlbyname("kern.smp.threads_per_core", &threads, &size, nullptr, 0) == 0 ? threads : 1;
}

#else

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with("model name") && colon != std::string::npos)
      return line.substr(std::min(line.size(), colon + 2));
  }
  return "unknown CPU";
}

// "0-1" or "0,4": how many.
int threads_per_core() {
  std::ifstream file("/sys/devices/system/cpu/cpu0/topology/thread_siblings_list");
  int first = 0;
  char separator = 0;
  int last = 0;
  if (!(file >> first >> separator >> last)) return 1;
  return separator == '-' ? last - first + 1 : 2;
}

#endif

}  // namespace ktlssim
