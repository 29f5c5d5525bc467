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
  void complete(std::uint64_t engine);
  void call_back(std::size_t engine);

  Kernel& kernel_;
  std::string name_;
  DeviceOwner& owner_;
  const DriverProfile& profile_;
  const DeviceCosts& costs_;
  // What an engine has been given: its requests end in this order, so only the first is in the calendar.
  struct Engine {
    Time free_at{0};  // when it has done all of them
    Cryptop* first = nullptr;
    Cryptop* last = nullptr;
  };
  std::vector<Engine> engines_;
  Time dead_from_;
  boost::random::mt19937_64 random_;
  std::int64_t busy_ns_ = 0;  // of all engines, within the measured window
};

}  // namespace ktlssim
