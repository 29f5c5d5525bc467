// An OpenCrypto driver: what crypto.c calls.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/kernel/crypto.hpp"
#include "sim/measure/run_result.hpp"

namespace ktlssim {

class Driver {
 public:
  virtual ~Driver() = default;

  // CRYPTOCAP_F_SYNC: process() returns with the request done.
  virtual bool sync() const = 0;
  // cryptodev_newsession: called once per TLS session.
  virtual void newsession(Socket& so) = 0;
  // Takes a request in the caller's thread. Reports through crp_etype and crypto_done, never blocks.
  virtual void process(Cryptop& crp) = 0;

  // Stations for the report, over the measured window of `records` records.
  virtual std::vector<Resource> resources(std::int64_t records) const = 0;
  // Counters under dev., since boot.
  virtual std::vector<std::pair<std::string, std::int64_t>> counters() const = 0;
};

// The driver that the scenario's profile describes.
std::unique_ptr<Driver> make_driver(Kernel& k);

}  // namespace ktlssim
