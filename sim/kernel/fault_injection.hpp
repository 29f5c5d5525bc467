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
      : parameters_(parameters), random_(random) {}

  // Whether the request that is dispatched at `now` will fail. Counts it.
  bool next_fails(Time now);
  // Whether the M_NOWAIT allocation of a work request fails.
  bool no_memory();
  bool driver_unloaded(Time now) const {
    return parameters_.driver_unloaded_ms < kNeverMs && now >= from_ms(parameters_.driver_unloaded_ms);
  }

 private:
  const FaultParameters& parameters_;
  boost::random::mt19937_64 random_;
  std::int64_t requests_ = 0;
};

}  // namespace ktlssim
