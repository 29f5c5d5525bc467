// Who may listen to the simulated machine at work: what threads do, where records are, what engines serve, how
// full queues are. Whoever listens changes nothing; where nobody does, a null pointer is all that it costs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/measure/place.hpp"

namespace ktlssim {

enum class Function : std::uint8_t;
struct Thread;

class Listener {
 public:
  virtual ~Listener() = default;

  // A thread has spent this time in a function; has come into the state that it is in.
  virtual void ran(const Thread& thread, Function function, Time from, Time until) = 0;
  virtual void changed_state(const Thread& thread, Time now) = 0;

  // A record has come into a place or left it, where there are `level` of them now.
  virtual void entered(const Stays& record, Place place, std::int64_t level, Time now) = 0;
  virtual void left(const Stays& record, Place place, std::int64_t level, Time now) = 0;
  // Its way has ended.
  virtual void acknowledged(const Stays& record, Time now) = 0;
  virtual void failed(const Stays& record, Time now) = 0;

  // An engine of a device has been given a request.
  virtual void served(const std::string& device, std::size_t engine, Time from, Time until) = 0;
  // A queue, a ring or the send buffers hold so much more or less.
  virtual void filled(std::string_view what, std::size_t unit, std::int64_t change, Time now) = 0;
};

}  // namespace ktlssim
