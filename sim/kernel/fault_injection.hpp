// Decides which crypto requests fail on purpose, after fail(9): by chance, every n-th, within a window of
// time.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>

#include "models/scenario.hpp"

namespace ktlssim {

class FaultInjection {
 public:
  FaultInjection(const FaultParameters& parameters, boost::random::mt19937_64 random)
      : parameters_(parameters),
        fails_requests_(parameters.every_nth > 0 || parameters.probability > 0),
        driver_unloaded_from_(
            parameters.driver_unloaded_ms < kNeverMs ? from_ms(parameters.driver_unloaded_ms) : kNever),
        random_(random) {}

  // Whether the request that is dispatched at `now` will fail. Counts it.
  bool next_fails(Time now) {
    ++requests_;
    return fails_requests_ && this_fails(now);
  }
  // Whether the M_NOWAIT allocation of a work request fails.
  bool no_memory();
  bool memory_may_be_short() const { return parameters_.vm_wait_probability > 0; }
  // How long the next M_WAITOK allocation sleeps.
  Time vm_wait();
  bool driver_unloaded(Time now) const { return now >= driver_unloaded_from_; }

 private:
  bool this_fails(Time now);

  const FaultParameters& parameters_;
  const bool fails_requests_;
  const Time driver_unloaded_from_;
  boost::random::mt19937_64 random_;
  std::int64_t requests_ = 0;
};

}  // namespace ktlssim
