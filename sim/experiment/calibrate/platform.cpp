#include "sim/experiment/calibrate/platform.hpp"

#include <sys/resource.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>

#if defined(__FreeBSD__)
#include <sys/param.h>

#include <sys/cpuset.h>
#include <sys/rtprio.h>
#include <sys/sysctl.h>
#else
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#endif

namespace ktlssim {

namespace {

constexpr int kMostUrgentNice = -20;
#if !defined(__FreeBSD__)
constexpr const char* kAutogroup = "/proc/self/autogroup";  // sched(7)
#endif

}  // namespace

#if defined(__FreeBSD__)

// cpuset_getaffinity(2)
std::vector<int> usable_cpus() {
  cpuset_t set;
  std::vector<int> cpus;
  if (cpuset_getaffinity(CPU_LEVEL_WHICH, CPU_WHICH_PID, -1, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

bool pin_to_cpus(const std::vector<int>& cpus) {
  cpuset_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  return cpuset_setaffinity(CPU_LEVEL_WHICH, CPU_WHICH_TID, -1, sizeof set, &set) == 0;
}

// rtprio_thread(2): lower numbers are more urgent.
bool become_realtime(int level) {
  rtprio how{RTP_PRIO_FIFO, static_cast<u_short>(RTP_PRIO_MAX - 4 * level)};
  return rtprio_thread(RTP_SET, 0, &how) == 0;
}

bool become_urgent() { return setpriority(PRIO_PROCESS, 0, kMostUrgentNice) == 0; }

UrgentSession::UrgentSession() = default;
UrgentSession::~UrgentSession() = default;

std::optional<double> stolen_seconds() { return std::nullopt; }

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

std::vector<int> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return {0};
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

bool pin_to_cpus(const std::vector<int>& cpus) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int cpu : cpus) CPU_SET(cpu, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

bool become_realtime(int level) {
  sched_param how{};
  how.sched_priority = sched_get_priority_min(SCHED_FIFO) + level;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &how) == 0;
}

// On Linux 0 is the calling thread.
bool become_urgent() { return setpriority(PRIO_PROCESS, 0, kMostUrgentNice) == 0; }

// "/autogroup-15 nice 0"
UrgentSession::UrgentSession() {
  std::string name;
  std::string word;
  int nice = 0;
  if (!(std::ifstream(kAutogroup) >> name >> word >> nice)) return;
  std::ofstream file(kAutogroup);
  if (file << kMostUrgentNice << std::flush) nice_before_ = nice;
}

UrgentSession::~UrgentSession() {
  if (nice_before_) std::ofstream(kAutogroup) << *nice_before_ << std::flush;
}

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

Switches switches_of_this_thread() {
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) != 0) return {};
  return {usage.ru_nvcsw, usage.ru_nivcsw};
}

std::string system_name() {
  utsname name{};
  return uname(&name) == 0 ? std::string(name.sysname) + " " + name.release : "unknown system";
}

double load_of_last_minute() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace ktlssim
