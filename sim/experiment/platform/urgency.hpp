// How urgent a thread is. Fixed priorities are set with a call of Linux' POSIX threads or of FreeBSD's
// rtprio_thread(2); the latter is untried.
#pragma once

#include <optional>

namespace ktlssim {

// First in, first out within `level`, from 0 (least urgent) to 4; more urgent levels preempt at once. Of the
// calling thread. False if the system does not allow it.
bool become_realtime(int level);

// As urgent as a thread may be that is not real-time. On FreeBSD of the whole process.
bool become_urgent();

// Linux shares CPUs among sessions before threads. As long as this lives, the session of this process comes
// first; no-op elsewhere, and where it is not allowed.
class UrgentSession {
 public:
  UrgentSession();
  ~UrgentSession();
  UrgentSession(const UrgentSession&) = delete;
  UrgentSession& operator=(const UrgentSession&) = delete;

 private:
  std::optional<int> nice_before_;
};

}  // namespace ktlssim
