// What the operating system is asked for beside POSIX, on Linux and on FreeBSD. The calls of FreeBSD are
// untried: they follow its manual pages.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ktlssim {

// The CPUs that this process may use, lowest first.
std::vector<int> usable_cpus();

// Of the calling thread. False if the system does not allow it.
bool pin_to_cpus(const std::vector<int>& cpus);
// The calling thread, and those that it starts until they decide otherwise, stay on one CPU as long as this
// lives: whoever starts real-time threads must not be behind them in a queue.
class StayOn {
 public:
  explicit StayOn(int cpu) : before_(usable_cpus()) { pin_to_cpus({cpu}); }
  ~StayOn() { pin_to_cpus(before_); }
  StayOn(const StayOn&) = delete;
  StayOn& operator=(const StayOn&) = delete;

 private:
  std::vector<int> before_;
};

// First in, first out within `level`, from 1 (least urgent) to 4; more urgent levels preempt at once.
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

// How often the calling thread has given up its CPU, and how often it was taken from it.
struct Switches {
  long voluntary = 0;
  long involuntary = 0;
};
Switches switches_of_this_thread();

// What a hypervisor gave to others, over all CPUs, since the machine started. Nothing where nobody counts.
std::optional<double> stolen_seconds();

std::string cpu_model();
int threads_per_core();
std::string system_name();    // with its release
double load_of_last_minute();  // runnable threads, on average; NaN if not known

}  // namespace ktlssim
