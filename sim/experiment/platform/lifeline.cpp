#include "sim/experiment/platform/lifeline.hpp"

#include <csignal>

#include <unistd.h>

#if defined(__FreeBSD__)
#include <sys/procctl.h>
#elif defined(__linux__)
#include <sys/prctl.h>
#endif

namespace ktlssim {

bool die_with(pid_t parent) {
#if defined(__FreeBSD__)
  int signal = SIGKILL;
  procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &signal);
#elif defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return getppid() == parent;  // it may have died before it could be watched
}

}  // namespace ktlssim
