// A coprocessor behind its submission ring: fixed latency in, engines with one FIFO queue, fixed latency out;
// and, where the profile says how fast it is, the PCIe link that each request is read over beforehand.
#pragma once

#include <boost/random/mersenne_twister.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "models/driver_profile.hpp"
#include "sim/drivers/pcie_link.hpp"
#include "sim/engine/delay_line.hpp"
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
  // An engine has taken up `crp`, which submit() could not foresee. A hardware callback.
  virtual void taken_up(Cryptop&) {}
};

class Device {
 public:
  // `shared_link` is the PCIe link that it shares; null: it has one of its own.
  Device(Kernel& kernel, const DriverProfile& profile, int unit, DeviceOwner& owner,
         PcieLink* shared_link = nullptr);

  // The doorbell for a request rings now. Returns when an engine takes it up, which frees its ring slot;
  // kNever where that depends on the link, and the owner is going to be told.
  Time submit(Cryptop& crp);

  // An engine takes something else from `ready` on, for so long: what NIC TLS of the same card sends. Returns when it is
  // done. Precondition: the link has no limit.
  Time encrypt_packet(Time ready, Time service);

  std::vector<Resource> resources(std::int64_t records) const;

 private:
  std::size_t first_free() const;  // engine
  void serve(Cryptop& crp, std::size_t engine, Time start);
  void arrive(std::uint64_t crp);
  void fetch();
  void fetched(std::uint64_t crp);
  void start(std::uint64_t = 0);
  Time service_time(const Cryptop& crp);
  void complete(std::uint64_t crp);
  // Begins to bring the record of a request into the caches.
  void next_to_complete(std::uint64_t crp);

  Kernel& kernel_;
  std::string name_;
  DeviceOwner& owner_;
  const DriverProfile& profile_;
  const DeviceCosts& costs_;
  std::vector<Time> free_at_;  // by engine: when it has done all that it has been given
  std::deque<DelayLine<&Device::complete, Device, &Device::next_to_complete>> completions_;  // of each engine
  std::unique_ptr<PcieLink> own_link_;
  PcieLink* link_ = nullptr;         // null: no limit
  std::deque<Cryptop*> arrived_;     // not yet read over the link
  std::deque<Cryptop*> read_ahead_;  // for engines that are busy
  std::size_t reading_ = 0;
  Time dead_from_;
  boost::random::mt19937_64 random_;
  std::int64_t busy_ns_ = 0;  // of all engines, within the measured window
};

}  // namespace ktlssim
