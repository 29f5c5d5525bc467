#include "sim/experiment/platform/urgency.hpp"

#include <sys/resource.h>

#if defined(__FreeBSD__)
#include <sys/types.h>

#include <sys/rtprio.h>
#else
#include <pthread.h>
#include <sched.h>

#include <fstream>
#include <string>
#endif

namespace ktlssim {

namespace {

constexpr int kMostUrgentNice = -20;
#if !defined(__FreeBSD__)
constexpr const char* kAutogroup = "/proc/self/autogroup";  // sched(7)
#endif

}  // namespace

// On Linux 0 is the calling thread.
bool become_urgent() { return setpriority(PRIO_PROCESS, 0, kMostUrgentNice) == 0; }

#if defined(__FreeBSD__)

// Lower numbers are more urgent.
bool become_realtime(int level) {
  rtprio how{RTP_PRIO_FIFO, static_cast<u_short>(RTP_PRIO_MAX - 4 * level)};
  return rtprio_thread(RTP_SET, 0, &how) == 0;
}

UrgentSession::UrgentSession() = default;
UrgentSession::~UrgentSession() = default;

#else

bool become_realtime(int level) {
  sched_param how{};
  how.sched_priority = sched_get_priority_min(SCHED_FIFO) + level;
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &how) == 0;
}

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

#endif

}  // namespace ktlssim
