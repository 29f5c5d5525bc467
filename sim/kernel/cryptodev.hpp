// cryptodev_if.m: what crypto.c calls of an OpenCrypto driver.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "models/driver_profile.hpp"
#include "sim/kernel/crypto.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

// What-if spill: what a card has of KTLS, and whether records go to the CPU because of it.
struct SpillLoad {
  std::int64_t records = 0;
  std::int64_t service_ns = 0;  // that its engines need for them
  bool over = false;
};

class Driver {
 public:
  Driver(Kernel& kernel, const DriverProfile& profile, int unit)
      : kernel_(kernel), profile_(profile), unit_(unit) {}
  virtual ~Driver() = default;

  const DriverProfile& profile() const { return profile_; }
  bool sync() const { return profile_.sync(); }
  std::int64_t sessions() const { return sessions_; }

  // cryptodev_newsession
  virtual void newsession(CryptoSession&) { ++sessions_; }
  // Takes a request in the caller's thread, never blocks. Reports through crp_etype and crypto_done, or
  // returns ERESTART: no room now, crypto_unblock will tell.
  virtual Errno process(Cryptop& crp) = 0;
  // Requests in flight on the ring that the calling CPU would use.
  virtual std::int64_t in_flight_here() const { return 0; }
  // What waits for an event that nothing is going to bring; empty if nothing does.
  virtual std::string lost_wakeup() const { return {}; }

  bool qblocked = false;  // cc_qblocked
  SpillLoad spill;        // what-if

  // Stations for the report, over the measured window of `records` records.
  virtual std::vector<Resource> resources(std::int64_t records) const = 0;
  // Counters under dev., since boot.
  virtual std::vector<std::pair<std::string, std::int64_t>> counters() const = 0;

 protected:
  Kernel& kernel_;
  const DriverProfile& profile_;
  const int unit_;  // among the drivers of its kind: ccr0, ccr1
  std::int64_t sessions_ = 0;
};

}  // namespace ktlssim
