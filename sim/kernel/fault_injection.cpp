#include "sim/kernel/fault_injection.hpp"

#include <boost/random/bernoulli_distribution.hpp>
#include <boost/random/exponential_distribution.hpp>

namespace ktlssim {

bool FaultInjection::this_fails(Time now) {
  if (now < from_ms(parameters_.from_ms) || now >= from_ms(parameters_.to_ms)) return false;
  if (parameters_.every_nth > 0 && requests_ % parameters_.every_nth == 0) return true;
  return parameters_.probability > 0 &&
         boost::random::bernoulli_distribution<double>(parameters_.probability)(random_);
}

bool FaultInjection::no_memory() {
  return parameters_.nomem_probability > 0 &&
         boost::random::bernoulli_distribution<double>(parameters_.nomem_probability)(random_);
}

Time FaultInjection::vm_wait() {
  if (!boost::random::bernoulli_distribution<double>(parameters_.vm_wait_probability)(random_)) return kNoTime;
  if (parameters_.vm_wait_us <= 0) return kNoTime;
  return from_us(boost::random::exponential_distribution<double>(1 / parameters_.vm_wait_us)(random_));
}

}  // namespace ktlssim
