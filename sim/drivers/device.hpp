// A coprocessor behind its submission ring: fixed latency in, engines with one FIFO queue, fixed latency out.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/driver_profile.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Kernel;
struct Cryptop;

// Who hears of completions.
class DeviceOwner {
 public:
  virtual ~DeviceOwner() = default;
  // The completion of `crp` is visible to the host. A hardware callback: never blocks.
  virtual void completed(Cryptop& crp) = 0;
};

class Device {
 public:
  Device(Kernel& kernel, const DriverProfile& profile, int unit, DeviceOwner& owner);

  // The doorbell for a request rings now. Returns when an engine takes it up, which frees its ring slot.
  Time submit(Cryptop& crp);

  Resource resource(std::int64_t records) const;

 private:
  Time service_time(const Cryptop& crp);
  void complete(std::uint64_t tag);

  Kernel& kernel_;
  std::string name_;
  DeviceOwner& owner_;
  const DriverProfile& profile_;
  const DeviceCosts& costs_;
  std::vector<Time> free_at_;  // when each engine has done all it has been given
  boost::random::mt19937_64 random_;
  std::int64_t busy_ns_ = 0;  // of all engines, within the measured window
};

}  // namespace ktlssim
