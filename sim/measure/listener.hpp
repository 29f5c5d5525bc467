// Who may listen to the simulated machine at work: what threads do, where records are, what engines serve, how
// full queues are. Whoever listens changes nothing; where nobody does, a null pointer is all that it costs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/measure/call_tree.hpp"
#include "sim/measure/place.hpp"
#include "sim/measure/window.hpp"

namespace ktlssim {

enum class Function : std::uint8_t;
class Scheduler;
struct Thread;

class Listener {
 public:
  virtual ~Listener() = default;

  // Before anything is heard: whose threads are meant, and what time is measured. After all, while they live.
  virtual void begin(Scheduler&, const Window&) {}
  virtual void end() {}

  // Whether it is to hear by whom functions are called.
  virtual bool needs_calls() const { return false; }

  // A thread has spent this time in a function, within a call of the scheduler's tree; has come into the
  // state that it is in.
  virtual void ran(const Thread&, Function, CallId, Time, Time) {}
  virtual void changed_state(const Thread&, Time) {}

  // A record has come into a place or left it, where there are so many of them now.
  virtual void entered(const Stays&, Place, std::int64_t, Time) {}
  virtual void left(const Stays&, Place, std::int64_t, Time) {}
  // Its way has ended.
  virtual void acknowledged(const Stays&, Time) {}
  virtual void failed(const Stays&, Time) {}
  // A connection has been given up.
  virtual void aborted(Time) {}

  // An engine of a device has been given a request, from then until then.
  virtual void served(const std::string&, std::size_t, Time, Time) {}
  // A queue, a ring or the send buffers (what, which unit) hold so much more or less.
  virtual void filled(std::string_view, std::size_t, std::int64_t, Time) {}
  // A completion queue, known by its interrupt thread, is in another state of moderation.
  virtual void moderated(const Thread&, std::string_view, Time) {}
};

}  // namespace ktlssim
